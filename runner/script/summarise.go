package script

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/summary"
	"github.com/artisan-platform/headroom/runner/script/threshold"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Summary is what a run came to, once all is measured.
type Summary struct {
	// Data is that, without what only the caller knows: terminal, time,
	// version.
	Data summary.Data
	run  *run
	ctx  context.Context
}

// Lag is the distribution of how late iterations started that a schedule had
// wanted to start, in milliseconds.
func (s *Summary) Lag() metric.Values { return s.run.test.Metrics.Lag() }

// Ready is how many virtual users the run began with, and how long it took to
// make them.
func (s *Summary) Ready() (vus int, took time.Duration) { return s.run.readyVUs, s.run.readyAfter }

// Dropped is how many iterations never started.
func (s *Summary) Dropped() uint64 { return s.run.test.Counts.Dropped.Load() }

func (r *run) summarise(ctx context.Context) {
	r.cfg.Summarise(&Summary{r.summaryData(), r, context.WithoutCancel(ctx)})
}

func (r *run) summaryData() summary.Data {
	o := &r.test.Options
	d := summary.Data{
		Root: tree(r.test.Groups.Root()), Names: r.names(),
		TrendStats: o.Summary.TrendStats, TimeUnit: o.Summary.TimeUnit,
		Duration: r.since(), SetupData: r.data.get(), Script: r.program.loader.source.Path, Execution: "local",
	}
	for _, name := range r.test.Metrics.Names() {
		d.Metrics = append(d.Metrics, r.parts(r.test.Metrics.Get(name))...)
	}
	if r.cfg.PerScenario {
		for _, s := range o.Scenarios {
			d.Scenarios = append(d.Scenarios, r.section(s.Name))
		}
	}
	return d
}

func tree(g *vu.Group) summary.Group {
	out := summary.Group{Name: g.Name, Path: g.Path}
	for _, c := range g.Checks {
		passes, fails := c.Counts()
		out.Checks = append(out.Checks, summary.Check{Name: c.Name, Path: c.Group + "::" + c.Name, Passes: passes, Fails: fails})
	}
	for _, sub := range g.Groups {
		out.Groups = append(out.Groups, tree(sub))
	}
	return out
}

// parts are a metric and what of it is kept apart, as far as there are samples
// or thresholds.
func (r *run) parts(m *metric.Metric) []summary.Metric {
	var list []summary.Metric
	add := func(name string, selector []metric.Tag, thresholds []summary.Threshold) {
		values := m.Values(selector)
		if values.Samples == 0 && len(thresholds) == 0 {
			return
		}
		list = append(list, summary.Metric{Name: name, Base: m.Name, Kind: m.Kind, Contains: m.Contains.String(),
			Values: values, Thresholds: thresholds})
	}
	byKey := r.thresholdsOf(m)
	add(m.Name, nil, byKey[m.Name])
	shown := make(map[string]bool)
	for _, key := range r.keysOf(m) {
		if _, selector, err := threshold.ParseKey(key); err == nil && len(selector) > 0 {
			add(key, selector, byKey[key])
			shown[fmt.Sprint(selector)] = true
		}
	}
	if m == r.test.Builtin.HTTPReqDuration && !shown[fmt.Sprint(expectedResponse)] {
		add(m.Name+"{expected_response:true}", expectedResponse, nil)
	}
	return list
}

// keysOf are the keys of the thresholds on a metric, sorted.
func (r *run) keysOf(m *metric.Metric) []string {
	keys := make(map[string]bool)
	for _, t := range r.test.Options.Thresholds {
		if t.Metric == m.Name {
			keys[t.Key] = true
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

func (r *run) thresholdsOf(m *metric.Metric) map[string][]summary.Threshold {
	byKey := make(map[string][]summary.Threshold)
	for i, t := range r.applying() {
		if t.Metric != m.Name || i >= len(r.thresholds) {
			continue
		}
		e := r.thresholds[i]
		byKey[t.Key] = append(byKey[t.Key], summary.Threshold{Expr: t.Expr.Text, OK: e.Met, Observed: e.Observed, Abort: t.AbortOnFail})
	}
	return byKey
}

// section is what ran in one scenario.
func (r *run) section(scenario string) summary.Section {
	s := summary.Section{Name: scenario}
	for _, name := range r.test.Metrics.Names() {
		m := r.test.Metrics.Get(name)
		values := m.Values([]metric.Tag{{Key: "scenario", Value: scenario}})
		if values.Samples > 0 {
			s.Metrics = append(s.Metrics, summary.Metric{Name: m.Name, Base: m.Name, Kind: m.Kind, Contains: m.Contains.String(), Values: values})
		}
	}
	return s
}

// names are the statistics of the endpoints.
func (r *run) names() []summary.Name {
	var list []summary.Name
	for _, e := range r.test.Metrics.Endpoints() {
		list = append(list, summary.Name{Name: e.Name, Requests: e.Requests, Failed: e.Failed,
			Response: times(&e.Service), FromDue: times(&e.Response)})
	}
	return list
}

func times(v *metric.Values) *summary.Times {
	avg, ok := v.Mean()
	if !ok {
		return nil
	}
	p95, _ := v.Quantile(0.95) // with samples there are quantiles
	p99, _ := v.Quantile(0.99)
	return &summary.Times{Avg: avg, P95: p95, P99: p99, Max: v.Max}
}

// HandleSummary calls the script's handleSummary with d and returns what it
// wants to be written where: "stdout", "stderr" or a path. ok is false if the
// script exports none.
func (s *Summary) HandleSummary(d summary.Data) (files map[string][]byte, ok bool, err error) {
	if !s.run.program.summary {
		return nil, false, nil
	}
	text, err := summary.HandleSummaryJSON(d)
	if err != nil {
		return nil, true, fmt.Errorf("handleSummary(): %w", err)
	}
	limit := s.run.test.Options.SummaryTimeout
	ctx, cancel := context.WithTimeoutCause(s.ctx, limit, fmt.Errorf("it has not ended after %v", limit))
	defer cancel()
	s.run.controlling.Lock()
	defer s.run.controlling.Unlock()
	v := s.run.control
	result, err := s.run.callSummary(ctx, v, string(text))
	if err == nil {
		files, err = written(v, result)
	}
	if err != nil {
		return nil, true, fmt.Errorf("handleSummary(): %w", vu.Explain(err))
	}
	return files, true, nil
}

func (r *run) callSummary(ctx context.Context, v *vu.VU, data string) (sobek.Value, error) {
	fn, err := r.program.function(v, "handleSummary")
	if err != nil {
		return nil, err
	}
	v.Reset()
	return v.Do(ctx, func() (sobek.Value, error) {
		argument, err := v.ParseJSON(data)
		if err != nil {
			return nil, err
		}
		return fn(sobek.Undefined(), argument)
	})
}

// written reads what handleSummary returns: strings and bytes by their path.
func written(v *vu.VU, result sobek.Value) (map[string][]byte, error) {
	files := make(map[string][]byte)
	if vu.Absent(result) {
		return files, nil
	}
	o, ok := result.(*sobek.Object)
	if !ok {
		return nil, fmt.Errorf("it must return an object such as {stdout: text, 'summary.json': text}, and returned %v", result)
	}
	for _, path := range o.Keys() {
		if thrown := v.Runtime.Try(func() {
			files[path] = slices.Clone(v.Data(fmt.Sprintf("what handleSummary() returns for %q", path), o.Get(path)))
		}); thrown != nil {
			return nil, thrown
		}
	}
	return files, nil
}

// expectedResponse selects the requests that came to what was expected.
var expectedResponse = []metric.Tag{{Key: "expected_response", Value: "true"}}

// selectParts has the metrics keep apart what thresholds ask for by tags, and
// what the summary shows.
func (r *run) selectParts() error {
	r.test.Builtin.HTTPReqDuration.Select(expectedResponse)
	for _, t := range r.test.Options.Thresholds {
		m := r.test.Metrics.Get(t.Metric)
		if m == nil {
			return fmt.Errorf("threshold %q: the init code no longer makes its metric; it must not depend on anything that changes", t.Key)
		}
		m.Select(t.Selector)
	}
	if !r.cfg.PerScenario {
		return nil
	}
	for _, s := range r.test.Options.Scenarios {
		for _, name := range r.test.Metrics.Names() {
			r.test.Metrics.Get(name).Select([]metric.Tag{{Key: "scenario", Value: s.Name}})
		}
	}
	return nil
}
