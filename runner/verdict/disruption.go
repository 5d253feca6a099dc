package verdict

import (
	"fmt"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/unit"
)

// disruptions says of each disruption of the plan what became of it.
func (j *judge) disruptions() []Disruption {
	var out []Disruption
	for _, want := range j.plan.Disruptions {
		out = append(out, j.disruption(want.Name))
	}
	return out
}

// disruption sums up what the log says of one. Its zero At says that it was
// not carried out.
func (j *judge) disruption(name string) Disruption {
	d := Disruption{Name: name}
	for _, r := range j.run.Disruptions {
		switch {
		case r.V.Name != name:
		case r.V.Stage == observation.Disrupted:
			d.At, d.Deleted = r.V.From.UTC(), r.V.Pods
		case r.V.Stage == observation.Replaced:
			d.Replaced, d.ReplacedAfter = r.V.Pods, ptr(max(r.At.Sub(r.V.From), 0))
		default:
			d.Deleted, d.Error = r.V.Pods, or(r.V.Error, "no reason recorded")
		}
	}
	if d.At.IsZero() {
		return d
	}
	felt := j.outage(j.terms(name), d.At)
	d.Requests, d.Failed, d.Slowest, d.RecoveredAfter = felt.requests, felt.failed, felt.slowest, felt.over
	return d
}

func ptr[T any](v T) *T { return &v }

// terms are those under which a disruption counts as over for the run as a
// whole: those of its first objective.
func (j *judge) terms(disruption string) spec.Recovery {
	terms := spec.Recovery{For: 15 * time.Second}
	for _, r := range j.plan.Objectives.Recovery {
		if r.Disruption == disruption {
			terms.For, terms.Errors, terms.P95 = r.For, r.Errors, r.P95
			break
		}
	}
	return terms
}

// disrupted judges that each disruption was carried out: a run that was not
// disrupted proves nothing about it.
func (j *judge) disrupted() []Objective {
	var out []Objective
	for _, d := range j.disruptions() {
		o := Objective{Name: "disruption " + d.Name, Group: groupRun, Value: none, Limit: "carried out", Margin: none,
			Samples: uint64(len(d.Deleted)), Evidence: "records disruption"}
		if d.At.IsZero() {
			out = append(out, o.inconclusive(or(d.Error, "the run ended before it")))
			continue
		}
		o.Value = strings.Join(d.Deleted, ", ") + " deleted"
		o.Evidence += ", from " + j.at(d.At)
		out = append(out, o.pass())
	}
	return out
}

// recovery judges how long a disruption was felt.
func (j *judge) recovery(want spec.Recovery) Objective {
	o := Objective{Name: or(want.Name, "recovery from "+want.Disruption), Group: groupRecovery, Value: none, Margin: none, Limit: recoveryLimit(want)}
	d := j.disruption(want.Disruption)
	if d.At.IsZero() {
		o.Evidence = "records disruption"
		return o.inconclusive("the disruption was not carried out: " + or(d.Error, "the run ended before it"))
	}
	felt := j.outage(want, d.At)
	o.Samples = felt.seen
	o.Evidence = fmt.Sprintf("records requests of %s, %s", selection(spec.Latency{Load: want.Load, Endpoint: want.Endpoint}), j.span(d.At, felt.until))
	switch {
	case felt.seen == 0:
		return o.inconclusive("no request ended after the disruption")
	case felt.over == nil && felt.until.Sub(d.At) < want.Within+want.For:
		return o.inconclusive(fmt.Sprintf("the load ended %s after the disruption, and it takes %s to tell: let it go on",
			unit.Duration(felt.until.Sub(d.At)), unit.Exact(want.Within+want.For)))
	case felt.over == nil:
		o.Value = "not recovered"
		return j.notRecovered(o, want, fmt.Sprintf("%s after the disruption %s", unit.Duration(felt.until.Sub(d.At)), felt.describe()))
	}
	o.Value, o.Margin = felt.length(), unit.SignedDuration(want.Within-*felt.over)
	if *felt.over > want.Within {
		return j.notRecovered(o, want, "until then "+felt.describe())
	}
	return o.pass()
}

// notRecovered fails an objective, unless the generator may be to blame.
func (j *judge) notRecovered(o Objective, want spec.Recovery, cause string) Objective {
	if sick := j.sickGenerators(want.Load); len(sick) > 0 {
		return o.inconclusive(withCause(cause+"; but the generator did not drive the load as planned", sick[0].sick(j.plan.Objectives.Generator)))
	}
	return o.fail(cause)
}

func recoveryLimit(want spec.Recovery) string {
	terms := "errors <= " + unit.Percent(want.Errors)
	if want.P95 > 0 {
		terms += ", p95 <= " + unit.Exact(want.P95)
	}
	return fmt.Sprintf("<= %s (for %s: %s)", unit.Exact(want.Within), unit.Exact(want.For), terms)
}
