// Package samplelog writes the log of a run from samples that another engine
// measured, so that its run is judged and reported as any other.
package samplelog

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/runlog"
	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/threshold"
	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

// Output writes one log. It is safe for concurrent use.
type Output struct {
	log   *runlog.Log
	start time.Time

	mu         sync.Mutex
	registry   *metric.Registry
	thresholds map[string][]string // by what they apply to
	known      map[string]bool     // metrics whose parts are selected
	checks     map[string]*observation.Check
	ended      observation.Script
	bare       bool // a request without a status was warned of
}

// New begins the log of a script's run in a folder that holds none.
func New(dir string, s runlog.Script) (*Output, error) {
	if dir == "" {
		return nil, errors.New("output \"artisan\" needs the folder of the run that it writes, as in artisan=out/run")
	}
	l, err := runlog.Create(dir, s)
	if err != nil {
		return nil, fmt.Errorf("output \"artisan\": %w", err)
	}
	return &Output{log: l, start: time.Now(), registry: metric.NewRegistry(), known: make(map[string]bool), checks: make(map[string]*observation.Check)}, nil
}

// Log is the log, for what the extension observes.
func (o *Output) Log() *runlog.Log { return o.log }

// SetThresholds says what the script demands: expressions by the metric, or the
// part of one, that they apply to. It is called before the first sample.
func (o *Output) SetThresholds(of map[string][]string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.thresholds = of
}

// Add takes samples that belong together: those of one request, or one.
func (o *Output) Add(samples []artisan.Sample) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var due *artisan.Sample
	for i := range samples {
		if samples[i].Metric == artisan.DueMetric {
			due = &samples[i]
		}
	}
	for _, s := range samples {
		o.measure(s)
		switch s.Metric {
		case artisan.DurationMetric:
			o.request(s, due)
		case "iterations":
			o.ended.Iterations += uint64(s.Value)
		case "dropped_iterations":
			o.ended.Dropped += uint64(s.Value)
			o.log.Meter.Dropped(s.Time, uint64(s.Value))
		case artisan.DroppedMetric:
			o.log.Meter.Dropped(s.Time, uint64(s.Value))
		case "vus":
			o.log.Meter.SetVUs(int64(s.Value))
		case "checks":
			o.check(s)
		}
	}
}

// request rebuilds a request from its duration: the sample's time is its end.
// One without a due time was due when it was sent.
func (o *Output) request(s artisan.Sample, due *artisan.Sample) {
	ago := func(ms float64) time.Time { return s.Time.Add(-time.Duration(ms * float64(time.Millisecond))) }
	q := observation.Request{
		Scenario: s.Tags["scenario"], Name: endpointOf(s.Tags), Error: s.Tags["error"], Failed: s.Tags["expected_response"] == "false",
		Started: ago(s.Value), Ended: s.Time,
	}
	q.Due = q.Started
	if due != nil {
		o.log.Meter.OpenModel()
		q.Due = ago(due.Value)
	}
	status, err := strconv.Atoi(s.Tags["status"])
	if err != nil && !o.bare {
		o.bare = true
		o.log.Warn("requests have no tag status: their kind is not known; let systemTags keep it")
	}
	q.Status = status
	o.log.Meter.Started(q.Due, q.Started)
	o.log.Meter.Done(q)
}

// endpointOf is the name that a request counts for: its own, or method and path
// if that is its URL.
func endpointOf(tags map[string]string) string {
	name := tags["name"]
	u, err := url.Parse(name)
	if err != nil || u.Host == "" {
		return name
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	return tags["method"] + " " + path
}

func (o *Output) check(s artisan.Sample) {
	name := s.Tags["check"]
	c := o.checks[name]
	if c == nil {
		c = &observation.Check{Name: name}
		o.checks[name] = c
	}
	if s.Value != 0 {
		c.Passes++
	} else {
		c.Fails++
	}
}

// measure keeps what thresholds are about.
func (o *Output) measure(s artisan.Sample) {
	m, err := o.registry.New(s.Metric, kind(s.Kind), metric.Default)
	if err != nil {
		return // a name that no threshold can have
	}
	if !o.known[s.Metric] {
		o.known[s.Metric] = true
		for key := range o.thresholds {
			if name, selector, err := threshold.ParseKey(key); err == nil && name == s.Metric {
				m.Select(selector)
			}
		}
	}
	o.registry.Shard(0).Add(m, s.Value, metric.Set(s.Tags))
}

// Stop ends the log. err is why the run did not go to its end; nil if it did.
func (o *Output) Stop(err error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(o.checks)) {
		o.ended.Checks = append(o.ended.Checks, *o.checks[name])
	}
	for _, key := range slices.Sorted(maps.Keys(o.thresholds)) {
		for _, expr := range o.thresholds[key] {
			o.ended.Thresholds = append(o.ended.Thresholds, o.evaluate(key, expr, time.Since(o.start)))
		}
	}
	o.ended.Extensions = []string{"k6/x/artisan"}
	end := observation.End{Outcome: observation.Completed}
	if err != nil {
		o.ended.Error = err.Error()
		end = observation.End{Outcome: observation.Broken, Cause: err.Error()}
	}
	o.log.Script(o.ended)
	return o.log.End(end)
}

// evaluate looks at one threshold. What cannot be evaluated is not met.
func (o *Output) evaluate(key, text string, elapsed time.Duration) observation.Threshold {
	t := observation.Threshold{Metric: key, Expr: text}
	name, selector, err := threshold.ParseKey(key)
	expr, bad := threshold.Parse(text)
	m := o.registry.Get(name)
	if err != nil || bad != nil || m == nil {
		return t
	}
	v := m.Values(selector)
	t.Samples = v.Samples
	if seen, ok := expr.Observe(m.Kind, v, elapsed); ok {
		t.Observed, t.Met = &seen, expr.Met(seen)
	}
	return t
}

// kind is the kind of a metric by its name, such as "trend". Whatever is none is
// a counter.
func kind(name string) metric.Kind {
	for _, k := range []metric.Kind{metric.Gauge, metric.Rate, metric.Trend} {
		if strings.EqualFold(name, k.String()) {
			return k
		}
	}
	return metric.Counter
}
