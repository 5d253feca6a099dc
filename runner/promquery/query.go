// Package promquery evaluates the queries of a plan against Prometheus at a
// fixed step. A value, no series, NaN, a stale series and a failed query are
// five different outcomes, and none of the last four is ever a number.
package promquery

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

// leastFresh is the shortest default of StaleAfter. The kubelet's cAdvisor
// renews its samples every 10 to 15 s and gives them its own time, to which a
// scrape interval adds: younger than this is as fresh as it gets.
const leastFresh = 20 * time.Second

// Config says what to ask whom.
type Config struct {
	URL     string        // Prometheus, up to before /api
	Step    time.Duration // evaluations are at the multiples of it since the Unix epoch
	Queries []spec.Query
	Sink    observation.Sink
	// Timeout bounds one query. Default 10s. A query that takes longer than
	// the step misses evaluations; the others go on.
	Timeout time.Duration
	// StaleAfter is how old the newest sample behind an answer may be.
	// Default two steps, at least 20s.
	StaleAfter time.Duration
}

// Run evaluates the queries until ctx ends and returns when every goroutine
// of its own has. Queries that fail are observations. The error is for a
// configuration that cannot work: nothing was asked then.
func Run(ctx context.Context, cfg Config) error {
	if cfg.Timeout <= 0 {
		cfg.Timeout = 10 * time.Second
	}
	if cfg.StaleAfter <= 0 {
		cfg.StaleAfter = max(2*cfg.Step, leastFresh)
	}
	if err := check(cfg); err != nil {
		return fmt.Errorf("query Prometheus: %w", err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: len(cfg.Queries)} // no proxy: Prometheus is where the plan says
	defer transport.CloseIdleConnections()
	api := &api{base: strings.TrimSuffix(cfg.URL, "/"), client: &http.Client{Transport: transport}, timeout: cfg.Timeout}
	pollers := make([]*poller, len(cfg.Queries))
	for i, q := range cfg.Queries {
		source := "prometheus " + q.Name
		e, err := newEvaluator(api, q, cfg.StaleAfter, warnOnce(cfg.Sink, source))
		if err != nil {
			return fmt.Errorf("query Prometheus: query %s: %w", q.Name, err)
		}
		pollers[i] = &poller{source: source, step: cfg.Step, sink: cfg.Sink, ask: e.at}
	}
	var running sync.WaitGroup
	for _, p := range pollers {
		running.Go(func() { p.run(ctx) })
	}
	running.Wait()
	return nil
}

func check(cfg Config) error {
	u, err := url.Parse(cfg.URL)
	switch {
	case err != nil:
		return fmt.Errorf("parse url: %w", err)
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return fmt.Errorf("url %q: want http://host:port", cfg.URL)
	case cfg.Step <= 0:
		return fmt.Errorf("step %v: want more than zero", cfg.Step)
	case cfg.Sink == nil:
		return errors.New("no sink for what is observed")
	}
	return nil
}

// warnOnce records each text once, and no more than maxWarnings of them: a
// warning comes back with every evaluation. It is for one goroutine.
func warnOnce(sink observation.Sink, source string) func(string) {
	const maxWarnings = 8
	seen := make(map[string]bool)
	return func(text string) {
		if seen[text] || len(seen) == maxWarnings {
			return
		}
		seen[text] = true
		sink.Observe(observation.Record{Time: time.Now(), Kind: observation.KindWarning, Warning: &observation.Warning{Source: source, Text: text}})
	}
}
