// Package vegetaload drives open-model load with vegeta, used as a library.
// Vegeta brings the workers and the HTTP client; this package brings what it
// lacks: due times from a schedule, a stop that does not wait for the next
// arrival, and arrivals that are counted as dropped when no worker is free.
package vegetaload

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/artisan-platform/headroom/runner/arrival"
	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

// Defaults of a Config's bounds. Docker's userland proxy, through which load
// reaches a kind cluster on the loopback address, needs about six file
// descriptors a connection and does not survive running out of them: 2000
// workers stay below the usual limit of 20,000.
const (
	DefaultMaxWorkers = 2000
	DefaultGrace      = time.Second
	defaultTimeout    = 10 * time.Second
	defaultIdle       = 1000
)

// Config is one attack.
type Config struct {
	Name           string // the load's name in the plan
	Attack         spec.Vegeta
	Meter          *observation.Meter
	ServedByHeader string        // response header that names the pod that answered; "" reads none
	MaxWorkers     int           // most requests in flight; an arrival beyond it is dropped. Default DefaultMaxWorkers
	Grace          time.Duration // after a stop, requests in flight may end for so long. Default DefaultGrace
	AllowHosts     []string      // hosts other than this machine that may be loaded
}

// Run drives the attack to the end of its schedule and of every request, and
// returns nil; requests that fail are data, in the Meter. When ctx ends first
// it starts nothing more, gives the requests in flight Grace to end, cuts the
// rest off, and returns ctx's error. Any other error means that nothing was
// sent.
func Run(ctx context.Context, cfg Config) error {
	cfg = withDefaults(cfg)
	targeter, name, err := target(cfg)
	if err != nil {
		return fmt.Errorf("load %s: %w", cfg.Name, err)
	}
	schedule, err := schedule(cfg.Attack.Stages)
	if err != nil {
		return fmt.Errorf("load %s: %w", cfg.Name, err)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("load %s: stopped before its start: %w", cfg.Name, err)
	}
	attack(ctx, cfg, schedule, targeter, name)
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("load %s: stopped before its end: %w", cfg.Name, err)
	}
	return nil
}

func withDefaults(cfg Config) Config {
	if cfg.MaxWorkers <= 0 {
		cfg.MaxWorkers = DefaultMaxWorkers
	}
	if cfg.Grace <= 0 {
		cfg.Grace = DefaultGrace
	}
	if cfg.Attack.Timeout <= 0 {
		cfg.Attack.Timeout = defaultTimeout
	}
	if cfg.Attack.Connections <= 0 {
		cfg.Attack.Connections = defaultIdle
	}
	if cfg.Attack.Method == "" {
		cfg.Attack.Method = http.MethodGet
	}
	return cfg
}

func schedule(stages []spec.RateStage) (arrival.Schedule, error) {
	segments := make([]arrival.Segment, len(stages))
	for i, s := range stages {
		segments[i] = arrival.Segment{Duration: s.Duration, From: s.From, To: s.To}
	}
	s, err := arrival.New(segments...)
	if err != nil {
		return s, fmt.Errorf("build the arrival schedule: %w", err)
	}
	if s.Count() == 0 {
		return s, errors.New("the stages hold no request: give at least one a rate above zero and a duration")
	}
	return s, nil
}

// attack runs until every request it started has ended and been metered.
func attack(ctx context.Context, cfg Config, s arrival.Schedule, targeter vegeta.Targeter, name string) {
	hard, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	hits := newHits(cfg.Meter, name)
	transport := newTransport(cfg.Attack)
	defer transport.CloseIdleConnections()
	sender := &sender{base: transport, hits: hits, hard: hard, timeout: cfg.Attack.Timeout, servedBy: cfg.ServedByHeader}
	attacker := vegeta.NewAttacker(
		vegeta.Client(&http.Client{Transport: sender, CheckRedirect: keepRedirect}),
		vegeta.MaxWorkers(uint64(cfg.MaxWorkers)),
		vegeta.MaxBody(0), // the sender counts the bytes; keeping them would cost memory
	)
	pacer := &pacer{ctx: ctx, schedule: s, start: time.Now(), hits: hits, limit: cfg.MaxWorkers, dropped: cfg.Meter.Dropped}
	results := attacker.Attack(targeter, pacer, 0, "")

	// A stop must also reach vegeta where it hands a request to a worker, and
	// the requests that outlive the grace.
	ended, stopped := make(chan struct{}), make(chan struct{})
	unwatch := context.AfterFunc(ctx, func() {
		defer close(stopped)
		attacker.Stop()
		select {
		case <-time.After(cfg.Grace):
			cut()
		case <-ended:
		}
	})
	for r := range results {
		hits.end(r)
	}
	close(ended)
	if !unwatch() {
		<-stopped
	}
	hits.dropUnsent()
}

// keepRedirect makes a redirect an answer: following it could leave the hosts
// that may be loaded, and would count one arrival twice.
func keepRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
