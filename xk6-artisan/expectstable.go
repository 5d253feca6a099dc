package artisan

import (
	"context"
	"fmt"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/unit"
)

// calm is what expectStable waits for: a stretch in which the desired replicas
// do not change.
type calm struct {
	length time.Duration
	from   time.Time
	within time.Duration // it must be over by then
}

func (c calm) limit() string {
	text := "unchanged for " + unit.Exact(c.length)
	if c.within > c.length {
		text += " within " + unit.Exact(c.within)
	}
	return text
}

// expectStable is hpa().expectStable({for, within}): a promise that is kept
// when the desired replicas have not changed for a while. Without within that
// is from now on.
func (a *autoscaler) expectStable(call sobek.FunctionCall) sobek.Value {
	o := a.m.options("expectStable()", call.Argument(0), "for", "within", "name")
	if !o.has("for") {
		a.m.typeError("expectStable() needs for: how long nothing may change, such as {for: \"1m\"}")
	}
	c := calm{length: o.duration("for", 0, time.Millisecond), from: time.Now()}
	if c.within = o.duration("within", c.length, time.Millisecond); c.within < c.length {
		a.m.typeError("expectStable(): within %s is shorter than for %s", unit.Exact(c.within), unit.Exact(c.length))
	}
	e := expectation{name: o.text("name", "HPA "+a.name+": stable"), limit: c.limit()}
	return expect(a.m, e, func(ctx context.Context) (step, finding) { return a.awaitCalm(ctx, c) }, func(s step) sobek.Value {
		return a.m.object(field{"replicas", s.desired}, field{"since", a.m.date(s.at)})
	})
}

func (a *autoscaler) awaitCalm(ctx context.Context, c calm) (step, finding) {
	w, err := a.scene(ctx)
	if err != nil {
		return step{}, undecided(ctx, err)
	}
	for {
		last := c.stretch(w.hpa(a.name))
		ends := last.at.Add(c.length)
		if ends.After(c.from.Add(c.within)) {
			return last, c.restless(w.hpa(a.name))
		}
		err := until(ctx, w.scene, w.scene, ends, func() bool { return c.stretch(w.hpa(a.name)).at.After(last.at) })
		if err != nil {
			return last, cut("", uint64(len(w.hpa(a.name))))
		}
		if !c.stretch(w.hpa(a.name)).at.After(last.at) {
			return last, a.calmFinding(ctx, c, w, last)
		}
	}
}

// stretch is since when the desired replicas are what they are; c.from if that
// is longer ago.
func (c calm) stretch(h history[observation.HPA]) step {
	steps := desiredSince(h, c.from)
	if len(steps) == 0 {
		return step{at: c.from}
	}
	return steps[len(steps)-1]
}

// desiredSince is stepsSince without the steps that only the current replicas
// took.
func desiredSince(h history[observation.HPA], since time.Time) []step {
	var steps []step
	for _, s := range stepsSince(h, since) {
		if n := len(steps); n == 0 || steps[n-1].desired != s.desired {
			steps = append(steps, s)
		}
	}
	return steps
}

// restless is the finding when no stretch was long enough.
func (c calm) restless(h history[observation.HPA]) finding {
	steps := desiredSince(h, c.from)
	f := finding{outcome: observation.Missed, samples: uint64(len(h))}
	if n := len(steps); n > 1 {
		f.seen = fmt.Sprintf("%d -> %d after %s", steps[n-2].desired, steps[n-1].desired, unit.Duration(steps[n-1].at.Sub(c.from)))
		f.cause = fmt.Sprintf("%d changes of the desired replicas", n-1)
	}
	return f
}

// calmFinding is the finding when nothing was seen to change: that must not be
// because nothing was seen.
func (a *autoscaler) calmFinding(ctx context.Context, c calm, w watched, last step) finding {
	f := finding{outcome: observation.Met, samples: uint64(len(w.hpa(a.name))),
		seen: fmt.Sprintf("%d for %s", last.desired, unit.Duration(c.length))}
	h, _ := w.hpa(a.name).last()
	n, err := a.desired(ctx)
	gap := w.blind(last.at, last.at.Add(c.length), "watch hpa")
	switch {
	case ctx.Err() != nil:
		return cut(f.seen, f.samples)
	case h.Deleted:
		f.outcome, f.seen, f.cause = observation.Missed, "no HPA", "the HPA was deleted while the script waited"
	case err != nil:
		f.outcome, f.cause = observation.Unknown, "a last look failed: "+err.Error()
	case n != last.desired:
		f.outcome, f.cause = observation.Unknown, fmt.Sprintf("a last look saw %d, which the watch had not told: it was late or broken", n)
	case gap.To.Sub(gap.From) > blindSlack:
		f.outcome, f.cause = observation.Unknown, "the watch saw nothing for "+unit.Duration(gap.To.Sub(gap.From))+": "+gap.Reason
	}
	return f
}
