// Package vegetaload drives open-model load with vegeta, used as a library.
// Vegeta brings the workers and the HTTP client; this package brings what it
// lacks: due times from a schedule, a stop that does not wait for the next
// arrival, and arrivals that are counted as dropped when no worker is free.
package vegetaload

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"time"

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
	// DefaultTimeout bounds a request; DefaultConnections are the most idle ones
	// that are kept.
	DefaultTimeout     = 10 * time.Second
	DefaultConnections = 1000
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
	// Roots are the authorities that the server is believed; nil is the system's.
	Roots *x509.CertPool
}

// Run drives the attack of a plan to the end of its schedule and of every
// request, and returns nil; requests that fail are data, in the Meter. When ctx
// ends first it starts nothing more, gives the requests in flight Grace to end,
// cuts the rest off, and returns ctx's error. Any other error means that
// nothing was sent.
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
	load := Load{
		Schedule: schedule, Targeter: targeter, Endpoint: func(*http.Request) string { return name }, Recorder: cfg.Meter,
		Timeout: cfg.Attack.Timeout, Connections: cfg.Attack.Connections, MaxWorkers: cfg.MaxWorkers, Grace: cfg.Grace,
		ServedByHeader: cfg.ServedByHeader,
	}
	if cfg.Roots != nil {
		load.TLS = &tls.Config{RootCAs: cfg.Roots, MinVersion: tls.VersionTLS12}
	}
	if len(cfg.Attack.Hosts) > 0 {
		load.Dial = dialMapped(cfg.Attack.Hosts)
	}
	if err := Drive(ctx, load); err != nil {
		return fmt.Errorf("load %s: %w", cfg.Name, err)
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
		cfg.Attack.Timeout = DefaultTimeout
	}
	if cfg.Attack.Connections <= 0 {
		cfg.Attack.Connections = DefaultConnections
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

// keepRedirect makes a redirect an answer: following it could leave the hosts
// that may be loaded, and would count one arrival twice.
func keepRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
