package artisan

import (
	"context"
	"math"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/promquery"
	"github.com/artisan-platform/headroom/runner/unit"
)

// expect is prometheus.expect(promql, {max?, min?, for?, within?, step?,
// timeout?, name?}): the expectation that every series of an expression is at
// most max and at least min (one of the two is needed).
//   - With neither for nor within, one evaluation decides.
//   - for: it must hold at every evaluation over that time, from now on. They are
//     a step apart, by default 1 s. The first that does not hold decides.
//   - within: waits up to that long for it to hold.
//   - Both: waits up to within for the begin of a time `for` over which it holds.
//
// It is a promise of {value, samples}: the value nearest to its limit, and how
// many evaluations stand behind it. It is broken by an ExpectationError that
// says what was seen. The report shows it as an objective called name, by
// default the expression. No series, NaN, a stale series, and a server that
// refuses or does not answer never meet it: where they keep it from being
// decided, the outcome is unknown.
func (p *prometheus) expect(call sobek.FunctionCall) sobek.Value {
	const where = "prometheus().expect()"
	p.m.running(where)
	e, text := p.expr(where, call.Argument(0))
	o := p.m.options(where, call.Argument(1), "max", "min", "for", "within", "step", "timeout", "name")
	w := &wanted{
		min: o.number("min", math.Inf(-1), -math.MaxFloat64, math.MaxFloat64), max: o.number("max", math.Inf(1), -math.MaxFloat64, math.MaxFloat64),
		lasts: o.duration("for", 0, time.Nanosecond), within: o.duration("within", 0, time.Nanosecond),
		step: o.duration("step", time.Second, 10*time.Millisecond),
	}
	switch {
	case !o.has("min") && !o.has("max"):
		p.m.typeError("%s needs max or min, such as {max: 0.5}", where)
	case w.min > w.max:
		p.m.typeError("%s: min %v is above max %v: nothing can be between", where, w.min, w.max)
	}
	timeout := o.duration("timeout", promquery.DefaultTimeout, time.Millisecond)
	w.ask = func(ctx context.Context, at time.Time) observation.Prom { return p.client.Ask(ctx, e, at, timeout, 0) }
	return expect(p.m, expectation{name: o.text("name", text), limit: w.limit()}, w.look, func(l looked) sobek.Value {
		return p.m.object(field{"value", l.value}, field{"samples", l.samples})
	})
}

// wanted is what is expected of an expression.
type wanted struct {
	min, max            float64
	lasts, within, step time.Duration
	ask                 func(ctx context.Context, at time.Time) observation.Prom
}

func (w *wanted) limit() string {
	text := ""
	if !math.IsInf(w.min, 0) {
		text = ">= " + unit.Number(w.min)
	}
	if !math.IsInf(w.max, 0) {
		if text != "" {
			text += " and "
		}
		text += "<= " + unit.Number(w.max)
	}
	if w.lasts > 0 {
		text += " for " + unit.Exact(w.lasts)
	}
	if w.within > 0 {
		text += " within " + unit.Exact(w.within)
	}
	return text
}
