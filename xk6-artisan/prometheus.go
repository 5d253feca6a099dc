package artisan

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/promquery"
)

// prometheus is one Prometheus, as one virtual user sees it.
type prometheus struct {
	m      *Module
	client *promquery.Client
}

// prometheus is artisan.prometheus(url?): a Prometheus to ask. url is up to
// before /api, by default that of ARTISAN_PROMETHEUS or http://127.0.0.1:9090; a
// user and password in it are sent as basic authentication.
//
// It may be called in the init context: nothing is asked before the first use.
// It returns an object with query, queryRange and expect. PromQL that does not
// parse is a TypeError at the call, with line and column.
func (m *Module) prometheus(call sobek.FunctionCall) sobek.Value {
	address := m.ext.cfg.Prometheus
	if address == "" {
		address = DefaultPrometheus
	}
	if v := call.Argument(0); !absent(v) {
		text, ok := v.Export().(string)
		if !ok {
			m.typeError("prometheus(url): url must be a string, such as %q, and is %s", DefaultPrometheus, describe(v))
		}
		address = text
	}
	client, err := share(m.ext, "prometheus "+address, func() (*promquery.Client, func() error, error) {
		c, err := promquery.NewClient(address)
		if err != nil {
			return nil, nil, err
		}
		c.Warn = m.ext.warnOnce("Prometheus at " + c.URL())
		return c, func() error { c.Close(); return nil }, nil
	})
	if err != nil {
		m.typeError("prometheus(): %v", err)
	}
	p := &prometheus{m, client}
	return m.object(field{"url", client.URL()}, field{"query", p.query}, field{"queryRange", p.queryRange}, field{"expect", p.expect})
}

// warnOnce passes on each text once, and no more than maxWarnings of them.
func (e *Extension) warnOnce(source string) func(string) {
	const maxWarnings = 8
	var mu sync.Mutex
	seen := make(map[string]bool)
	return func(text string) {
		mu.Lock()
		known := seen[text] || len(seen) == maxWarnings
		if !known {
			seen[text] = true
		}
		mu.Unlock()
		if !known {
			e.cfg.Warn(source + ": " + text)
		}
	}
}

// expr reads the PromQL of a method.
func (p *prometheus) expr(where string, v sobek.Value) (promquery.Expr, string) {
	text, ok := orUndefined(v).Export().(string)
	if !ok || text == "" {
		p.m.typeError("%s takes PromQL, such as \"up\", and got %s", where, describe(v))
	}
	e, err := promquery.Parse(text)
	if err != nil {
		p.m.typeError("%s: %q: %v", where, text, err)
	}
	return e, text
}

// query is prometheus.query(promql, {at?, timeout?}): the value of an
// expression at a time, by default now. at is a Date or
// milliseconds since 1970; timeout is 10 s unless told.
//
// It is a promise of {outcome, value, series, error, at}. outcome is one of
//   - "value": series has an element {labels, value} for each series, and value
//     is that of the one series, where there is exactly one;
//   - "empty": there is no series;
//   - "nan": at least one series is NaN;
//   - "stale": the newest sample behind the answer is older than 20 s.
//
// Unless there is exactly one value, value is NaN, which no comparison holds
// for: not null, of which null <= 5 is true. error says why an outcome is nan or
// stale, and is null otherwise. A server that refuses or does not answer is no
// outcome: the promise is broken by an Error with its text.
func (p *prometheus) query(call sobek.FunctionCall) sobek.Value {
	const where = "prometheus().query()"
	p.m.running(where)
	e, _ := p.expr(where, call.Argument(0))
	o := p.m.options(where, call.Argument(1), "at", "timeout")
	at := o.moment("at")
	timeout := o.duration("timeout", promquery.DefaultTimeout, time.Millisecond)
	return promise(p.m, p.m.turns(), func(ctx context.Context) (observation.Prom, error) {
		got := p.client.Ask(ctx, e, at, timeout, 0)
		if got.Outcome == observation.PromError {
			return got, p.failed(where, got.Error)
		}
		return got, nil
	}, p.answer)
}

// failed is the error of a question that was not answered.
func (p *prometheus) failed(where, text string) error {
	return fmt.Errorf("%s: Prometheus at %s: %s; is it there? `headroom up` puts one at %s, and ARTISAN_PROMETHEUS or prometheus(url) name another", where, p.client.URL(), text, DefaultPrometheus)
}

// answer is an answer as a script sees it.
func (p *prometheus) answer(got observation.Prom) sobek.Value {
	rt := p.m.vu.Runtime()
	value := math.NaN()
	if len(got.Series) == 1 {
		value = float64(got.Series[0].Value)
	}
	series := make([]any, len(got.Series))
	for i, s := range got.Series {
		series[i] = p.m.object(field{"labels", p.m.labels(s.Labels)}, field{"value", float64(s.Value)})
	}
	var why any
	if got.Error != "" {
		why = got.Error
	}
	return p.m.object(field{"outcome", string(got.Outcome)}, field{"value", value}, field{"series", rt.NewArray(series...)},
		field{"error", why}, field{"at", p.m.date(got.At)})
}

// ranged is what a range query came to.
type ranged struct {
	series []promquery.Range
}

// maxPoints is how many points Prometheus gives of one series.
const maxPoints = 11_000

// queryRange is prometheus.queryRange(promql, {from, to?, step, timeout?}): the
// values of an expression at every step from one time to another, both
// included. from and to are like at of query; to is now unless told.
//
// It is a promise of {outcome, series}: series has an element {labels, points}
// for each series, points are {at, value} with at as a Date. outcome is "value",
// "empty" where there is no series, or "nan" where at least one point is NaN.
// Times without a sample have no point. A server that refuses or does not answer
// breaks the promise.
func (p *prometheus) queryRange(call sobek.FunctionCall) sobek.Value {
	const where = "prometheus().queryRange()"
	p.m.running(where)
	e, _ := p.expr(where, call.Argument(0))
	o := p.m.options(where, call.Argument(1), "from", "to", "step", "timeout")
	if !o.has("from") {
		p.m.typeError("%s needs from, such as {from: Date.now() - 60000, step: \"5s\"}", where)
	}
	from, to := o.moment("from"), o.moment("to")
	step := o.required("step", "5s")
	timeout := o.duration("timeout", promquery.DefaultTimeout, time.Millisecond)
	switch {
	case step < time.Millisecond:
		o.wrong("step", "at least a millisecond")
	case to.Before(from):
		p.m.typeError("%s: to (%s) is before from (%s)", where, to.Format(time.RFC3339), from.Format(time.RFC3339))
	case to.Sub(from)/step >= maxPoints:
		p.m.typeError("%s: %v in steps of %v are more than %d points, which is what Prometheus gives: take a longer step", where, to.Sub(from), step, maxPoints)
	}
	return promise(p.m, p.m.turns(), func(ctx context.Context) (ranged, error) {
		series, err := p.client.AskRange(ctx, e, from, to, step, timeout)
		if err != nil {
			return ranged{}, p.failed(where, err.Error())
		}
		return ranged{series}, nil
	}, p.ranges)
}

// ranges is the answer to a range query as a script sees it.
func (p *prometheus) ranges(got ranged) sobek.Value {
	rt := p.m.vu.Runtime()
	outcome := observation.PromEmpty
	var series []any
	for _, s := range got.series {
		if outcome == observation.PromEmpty {
			outcome = observation.PromValue
		}
		points := make([]any, len(s.Points))
		for i, point := range s.Points {
			if math.IsNaN(point.Value) {
				outcome = observation.PromNaN
			}
			points[i] = p.m.object(field{"at", p.m.date(point.At)}, field{"value", point.Value})
		}
		series = append(series, p.m.object(field{"labels", p.m.labels(s.Labels)}, field{"points", rt.NewArray(points...)}))
	}
	return p.m.object(field{"outcome", string(outcome)}, field{"series", rt.NewArray(series...)})
}
