package stack

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
)

// rulesFile is what Prometheus loads at the full level.
const rulesFile = "manifests/rules/scaling.yaml"

// ruleStep is the time between samples and between evaluations.
const ruleStep = 15 * time.Second

// expectAlerts evaluates the rules over series, which are in promtool's
// notation with a sample each 15 s, and compares which of the named alerts
// are firing at the given time. Alerts carry the labels of the expression.
func expectAlerts(t *testing.T, series string, at time.Duration, names []string, want ...string) {
	t.Helper()
	e := newEvaluation(t, series)
	for now := time.Duration(0); now <= at; now += ruleStep {
		e.step(t, time.Unix(0, 0).Add(now))
	}
	got := slices.DeleteFunc(e.firing(), func(alert string) bool {
		name, _, _ := strings.Cut(alert, "{")
		return !slices.Contains(names, name)
	})
	if !slices.Equal(got, want) {
		t.Errorf("after %s: firing %q, want %q", at, got, want)
	}
}

// evaluation runs the rules as Prometheus does, on its own engine. Its rules
// package would do the whole of it and bring the clients of four clouds.
type evaluation struct {
	groups []rulefmt.RuleGroup
	engine *promql.Engine
	db     *memoryDB
	now    time.Time
	active map[string]*pending // by alert and labels
}

// pending is an alert whose expression holds.
type pending struct {
	since time.Time
	hold  time.Duration
}

func newEvaluation(t *testing.T, series string) *evaluation {
	t.Helper()
	p := parser.NewParser(parser.Options{})
	file, errs := rulefmt.ParseFile(rulesFile, false, model.LegacyValidation, p, slog.New(slog.DiscardHandler))
	if errs != nil {
		t.Fatal(errs)
	}
	e := &evaluation{groups: file.Groups, db: &memoryDB{series: map[string]*memorySeries{}}, active: map[string]*pending{},
		engine: promql.NewEngine(promql.EngineOpts{MaxSamples: 1e6, Timeout: time.Minute, Parser: p})}
	t.Cleanup(func() {
		if err := e.engine.Close(); err != nil {
			t.Error(err)
		}
	})
	for line := range strings.Lines(strings.TrimSpace(series)) {
		metric, values, err := p.ParseSeriesDesc(strings.TrimSpace(line))
		if err != nil {
			t.Fatalf("series %s: %v", line, err)
		}
		for i, v := range values {
			if !v.Omitted {
				e.db.add(metric, time.Duration(i)*ruleStep, v.Value)
			}
		}
	}
	return e
}

// step evaluates all rules at one time, in the order of the file.
func (e *evaluation) step(t *testing.T, now time.Time) {
	t.Helper()
	e.now = now
	for _, g := range e.groups {
		for _, r := range g.Rules {
			results, err := e.query(t.Context(), r.Expr)
			if err != nil {
				t.Fatalf("%s%s: %v", r.Record, r.Alert, err)
			}
			if r.Record != "" {
				e.record(t, r, results)
			} else {
				e.alert(r, results)
			}
		}
	}
}

// query returns the values by labels, without the metric's name.
func (e *evaluation) query(ctx context.Context, expr string) (map[string]promql.Sample, error) {
	q, err := e.engine.NewInstantQuery(ctx, e.db, nil, expr, e.now)
	if err != nil {
		return nil, err
	}
	defer q.Close()
	vector, err := q.Exec(ctx).Vector()
	if err != nil {
		return nil, err
	}
	out := make(map[string]promql.Sample)
	for _, s := range vector {
		s.Metric = labels.NewBuilder(s.Metric).Del(model.MetricNameLabel).Labels()
		if _, twice := out[s.Metric.String()]; twice {
			return nil, fmt.Errorf("two results with the labels %s", s.Metric)
		}
		out[s.Metric.String()] = s
	}
	return out, nil
}

// record stores the results. Tests have no series that ends, so that none has
// to be marked stale; the engine forgets one after five minutes.
func (e *evaluation) record(t *testing.T, r rulefmt.Rule, results map[string]promql.Sample) {
	t.Helper()
	for _, s := range results {
		if math.IsInf(s.F, 0) {
			t.Errorf("%s%s is %v", r.Record, s.Metric, s.F)
		}
		metric := labels.NewBuilder(s.Metric).Set(model.MetricNameLabel, r.Record).Labels()
		e.db.add(metric, e.now.Sub(time.Unix(0, 0)), s.F)
	}
}

func (e *evaluation) alert(r rulefmt.Rule, results map[string]promql.Sample) {
	for id := range e.active {
		if name, rest, _ := strings.Cut(id, "{"); name == r.Alert {
			if _, holds := results["{"+rest]; !holds {
				delete(e.active, id)
			}
		}
	}
	for with := range results {
		if e.active[r.Alert+with] == nil {
			e.active[r.Alert+with] = &pending{since: e.now, hold: time.Duration(r.For)}
		}
	}
}

func (e *evaluation) firing() []string {
	maps.DeleteFunc(e.active, func(_ string, p *pending) bool { return e.now.Sub(p.since) < p.hold })
	return slices.Sorted(maps.Keys(e.active))
}
