package artisan

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/unit"
)

// maxReplicas bounds what a script may expect.
const maxReplicas = 100_000

// expectScale is hpa().expectScale(options): a promise that is kept when the
// HPA wants so many replicas in time.
func (a *autoscaler) expectScale(call sobek.FunctionCall) sobek.Value {
	o := a.m.options("expectScale()", call.Argument(0), "to", "atLeast", "within", "notBefore", "ready", "from", "name")
	if o.has("to") == o.has("atLeast") {
		a.m.typeError("expectScale() needs either to or atLeast: how many replicas, such as {atLeast: 7, within: \"75s\"}")
	}
	if !o.has("within") {
		a.m.typeError("expectScale() needs within: how long it waits, such as \"75s\"")
	}
	r := reach{exact: o.has("to"), ready: o.boolean("ready"), from: o.moment("from"), within: o.duration("within", 0, time.Millisecond),
		notBefore: o.duration("notBefore", 0, 0)}
	key := "atLeast"
	if r.exact {
		key = "to"
	}
	r.replicas = int32(o.whole(key, 0, 0, maxReplicas))
	if r.notBefore > r.within {
		a.m.typeError("expectScale(): notBefore %s is after within %s", unit.Exact(r.notBefore), unit.Exact(r.within))
	}
	e := expectation{name: o.text("name", "HPA "+a.name+": desired replicas"), limit: r.limit()}
	return expect(a.m, e, func(ctx context.Context) (arrived, finding) { return a.await(ctx, r) }, func(x arrived) sobek.Value {
		return a.m.object(field{"replicas", x.replicas}, field{"after", ms(x.at.Sub(r.from))}, field{"at", a.m.date(x.at)})
	})
}

// arrived is when the replicas were there, and how many.
type arrived struct {
	at       time.Time
	replicas int32
}

// await waits until it is decided.
func (a *autoscaler) await(ctx context.Context, r reach) (arrived, finding) {
	w, err := a.scene(ctx)
	if err != nil {
		return arrived{}, undecided(ctx, err)
	}
	d, target := w, "" // without pods that have to be ready there is no Deployment to look at
	if r.ready {
		h, _ := w.hpa(a.name).last()
		target = h.Target
		if d, err = a.deployments(ctx, target); err != nil {
			return arrived{}, undecided(ctx, err)
		}
	}
	var f finding
	var x arrived
	deadline := r.from.Add(r.within)
	err = until(ctx, w.scene, d.scene, deadline, func() bool {
		hpas, deployments := w.hpa(a.name), d.deployment(target)
		f = r.find(hpas, deployments, w.blind(r.from, deadline, "watch hpa", "watch deployment"))
		var ok bool
		x.at, x.replicas, ok = r.reached(hpas, deployments)
		return ok
	})
	switch {
	case err != nil:
		return x, cut(f.seen, f.samples)
	case x.at.IsZero():
		return x, a.lastLook(ctx, r, f)
	}
	return x, f
}

// lastLook makes sure that what was missed was not merely unseen: a watch that
// is silent may be broken.
func (a *autoscaler) lastLook(ctx context.Context, r reach, f finding) finding {
	n, err := a.desired(ctx)
	switch {
	case ctx.Err() != nil:
		return cut(f.seen, f.samples)
	case err != nil:
		f.outcome, f.cause = observation.Unknown, "a last look failed: "+err.Error()
	case r.holds(n) && !r.ready:
		f.outcome, f.cause = observation.Unknown, fmt.Sprintf("a last look saw %d, which the watch had not told: it was late or broken", n)
	}
	return f
}

// undecided is the finding when there was nothing to look at. What is known not
// to exist is missed.
func undecided(ctx context.Context, err error) finding {
	f := finding{outcome: observation.Unknown, cause: err.Error()}
	var absent *absentError
	switch {
	case ctx.Err() != nil:
		return cut("", 0)
	case errors.As(err, &absent):
		f.outcome, f.seen = observation.Missed, "no "+absent.kind
	}
	return f
}
