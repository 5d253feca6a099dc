package vegetaload

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/artisan-platform/headroom/runner/alarm"
	"github.com/artisan-platform/headroom/runner/arrival"
	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/wire"
)

// Recorder is told of each arrival what became of it. It is safe for
// concurrent use. A meter is one.
type Recorder interface {
	// Started says that a request due at due was sent at started.
	Started(due, started time.Time)
	// Dropped says that n requests due at due were never sent.
	Dropped(due time.Time, n uint64)
	// Done says how a request ended. Each call follows one of Started.
	Done(observation.Request)
}

var _ Recorder = (*observation.Meter)(nil)

// Load is an open-model load, whoever wants it. All fields are required, but
// for those that say otherwise.
type Load struct {
	Schedule arrival.Schedule
	Targeter vegeta.Targeter
	Endpoint func(*http.Request) string // the name that a request counts for
	Recorder Recorder

	Timeout        time.Duration // of one request
	Connections    int           // most idle connections kept
	MaxWorkers     int           // most requests in flight
	Grace          time.Duration // after a stop, requests in flight may end for so long
	ServedByHeader string        // response header that names the pod that answered; "" reads none
	// Dial makes connections; nil is the system's way.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	TLS  *tls.Config // nil: the defaults
	// Traffic counts all bytes on the connections; nil counts none.
	Traffic *wire.Traffic
}

// Drive drives the load to the end of its schedule and of every request. When
// ctx ends first, it starts nothing more, gives the requests in flight Grace to
// end, cuts the rest off, and returns ctx's error.
func Drive(ctx context.Context, l Load) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("stopped before its start: %w", err)
	}
	l.attack(ctx)
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("stopped before its end: %w", err)
	}
	return nil
}

func (l Load) withDefaults() Load {
	if l.Dial == nil {
		l.Dial = (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext
	}
	if l.Traffic == nil {
		l.Traffic = new(wire.Traffic)
	}
	return l
}

// attack runs until every request it started has ended and been recorded.
func (l Load) attack(ctx context.Context) {
	hard, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	hits := newHits(l.Recorder)
	l = l.withDefaults()
	plain, secure := newPlain(hard, l), l.transport()
	defer plain.close()
	defer secure.CloseIdleConnections()
	sender := &sender{plain: plain, secure: secure, hits: hits, hard: hard, timeout: l.Timeout, servedBy: strings.ToLower(l.ServedByHeader), endpoint: l.Endpoint}
	attacker := vegeta.NewAttacker(
		vegeta.Client(&http.Client{Transport: sender, CheckRedirect: keepRedirect}),
		vegeta.MaxWorkers(uint64(l.MaxWorkers)),
		vegeta.MaxBody(0), // the sender counts the bytes; keeping them would cost memory
	)
	clock := alarm.New(ctx)
	defer clock.Close()
	pacer := &pacer{ctx: ctx, clock: clock, schedule: l.Schedule, start: time.Now(), hits: hits, limit: l.MaxWorkers, dropped: l.Recorder.Dropped}
	results := attacker.Attack(l.Targeter, pacer, 0, "")

	// A stop must also reach vegeta where it hands a request to a worker, and
	// the requests that outlive the grace.
	ended, stopped := make(chan struct{}), make(chan struct{})
	unwatch := context.AfterFunc(ctx, func() {
		defer close(stopped)
		attacker.Stop()
		select {
		case <-time.After(l.Grace):
			cut()
			plain.cut()
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
