package verdict

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/predict"
)

// hpa is the history of one HPA, from its own records, those of its target and
// its events.
type hpa struct {
	name    string
	records []observation.Timed[observation.HPA]
	target  []observation.Timed[observation.Deployment]
	looks   []look
	changes []change
}

// look is one status of an HPA and what its metrics ask for. The status does
// not say which pods the controller counted, so that the answer has two ends:
// with the ready pods only, and with all of them.
type look struct {
	at    time.Time
	hpa   observation.HPA
	low   int32
	high  int32
	known bool
}

// asks says whether the metrics ask for more than there is: for certain, or
// perhaps.
func (l look) asks() (certain, perhaps bool) {
	if !l.known || l.hpa.ScaleUp.Select == predict.Disabled {
		return false, false
	}
	rising := l.hpa.Desired > l.hpa.Current
	return rising || min(l.low, l.hpa.Max) > l.hpa.Current, rising || min(l.high, l.hpa.Max) > l.hpa.Current
}

// change is one change of the desired count, by whoever made it.
type change struct {
	from, to int32
	when     Moment
}

func (j *judge) histories() []*hpa {
	byName := make(map[string]*hpa)
	for _, r := range j.run.HPAs {
		h := byName[r.V.Name]
		if h == nil {
			h = &hpa{name: r.V.Name}
			byName[r.V.Name] = h
		}
		h.records = append(h.records, r)
	}
	out := make([]*hpa, 0, len(byName))
	for _, h := range byName {
		out = append(out, h)
	}
	slices.SortFunc(out, func(a, b *hpa) int { return cmp.Compare(a.name, b.name) })
	for _, h := range out {
		h.fill(j.run)
	}
	return out
}

func (h *hpa) fill(run *observation.Run) {
	target := h.records[len(h.records)-1].V.Target
	for _, d := range run.Deployments {
		if d.V.Name == target && !d.V.Deleted {
			h.target = append(h.target, d)
		}
	}
	for _, r := range h.records {
		if !r.V.Deleted {
			h.looks = append(h.looks, h.lookAt(r))
		}
	}
	h.changes = h.findChanges()
	for i := range h.changes {
		h.changes[i].tighten(h.name, run.Events)
	}
}

func (h *hpa) lookAt(r observation.Timed[observation.HPA]) look {
	current := r.V.Current
	ready := current
	if d, ok := latest(h.target, r.At); ok {
		ready = min(d.Ready, current)
	}
	low, high := predict.Recommend(r.V, ready, current), predict.Recommend(r.V, current, current)
	l := look{at: r.At, hpa: r.V, low: low.Replicas, high: high.Replicas, known: low.Known && high.Known}
	if c := condition(r.V.Conditions, "ScalingActive"); c != nil && c.Status != "True" {
		l.known = false // the values of the status are old ones
	}
	return l
}

func condition(all []observation.Condition, name string) *observation.Condition {
	for i := range all {
		if all[i].Type == name {
			return &all[i]
		}
	}
	return nil
}

// desired are the observations of the desired count: the replicas of the
// target, which the HPA sets and a watch shows at once, or, for a target that
// is no Deployment, the HPA's own status.
func (h *hpa) desired() []observation.Timed[int32] {
	var out []observation.Timed[int32]
	for _, d := range h.target {
		out = append(out, observation.Timed[int32]{At: d.At, V: d.V.Replicas})
	}
	if len(out) > 0 {
		return out
	}
	for _, l := range h.looks {
		out = append(out, observation.Timed[int32]{At: l.at, V: l.hpa.Desired})
	}
	return out
}

func (h *hpa) findChanges() []change {
	var out []change
	points := h.desired()
	for i := 1; i < len(points); i++ {
		from, to := points[i-1], points[i]
		if from.V == to.V {
			continue
		}
		c := change{from: from.V, to: to.V, when: Moment{from.At, to.At}}
		for _, l := range h.looks {
			if l.hpa.Desired == c.from && l.at.After(c.when.Earliest) && l.at.Before(c.when.Latest) {
				c.when.Earliest = l.at
			}
		}
		out = append(out, c)
	}
	return out
}

// tighten narrows the moment of a change by the event that the controller
// wrote about it. Events tell the second.
func (c *change) tighten(name string, events []observation.Timed[observation.Event]) {
	size := fmt.Sprintf("New size: %d;", c.to)
	for _, e := range events {
		if e.V.Object != name || e.V.Reason != "SuccessfulRescale" || !strings.HasPrefix(e.V.Message, size) {
			continue
		}
		if e.V.Last.After(c.when.Earliest) && !e.V.Last.After(c.when.Latest) {
			c.when.Earliest = e.V.Last
		}
	}
}

// live is the HPA as it was at a time.
func (h *hpa) live(at time.Time) (observation.HPA, bool) {
	v, ok := latest(h.records, at)
	return v, ok && !v.Deleted
}

// specs are the HPA's specs between two times, the one in force at the first
// included.
func (h *hpa) specs(from, to time.Time) []observation.HPA {
	var out []observation.HPA
	if v, ok := latest(h.records, from); ok {
		out = append(out, v)
	}
	for _, r := range h.records {
		if r.At.After(from) && !r.At.After(to) {
			out = append(out, r.V)
		}
	}
	return out
}

// specChanges warns of a spec that changed while the run went on: it is judged
// by what was in force at each moment.
func (h *hpa) specChanges(j *judge) []observation.Warning {
	var out []observation.Warning
	for i := 1; i < len(h.records); i++ {
		before, after := h.records[i-1].V, h.records[i].V
		if what := specDiff(before, after); what != "" {
			out = append(out, observation.Warning{Source: "hpa " + h.name, Text: "changed at " + j.at(h.records[i].At) + ": " + what})
		}
	}
	return out
}

func specDiff(a, b observation.HPA) string {
	if a.Deleted != b.Deleted {
		return map[bool]string{true: "deleted", false: "created"}[b.Deleted]
	}
	var what []string
	if a.Min != b.Min {
		what = append(what, fmt.Sprintf("minReplicas %d -> %d", a.Min, b.Min))
	}
	if a.Max != b.Max {
		what = append(what, fmt.Sprintf("maxReplicas %d -> %d", a.Max, b.Max))
	}
	if a.ScaleUp.Window != b.ScaleUp.Window {
		what = append(what, fmt.Sprintf("scale-up window %v -> %v", a.ScaleUp.Window, b.ScaleUp.Window))
	}
	a.ScaleUp.Window, b.ScaleUp.Window = 0, 0
	if !reflect.DeepEqual(a.ScaleUp, b.ScaleUp) {
		what = append(what, "scale-up rules")
	}
	if !reflect.DeepEqual(a.ScaleDown, b.ScaleDown) {
		what = append(what, "scale-down rules")
	}
	if !slices.EqualFunc(a.Metrics, b.Metrics, func(x, y observation.HPAMetric) bool {
		return x.Type == y.Type && x.Name == y.Name && x.TargetType == y.TargetType && x.Target == y.Target
	}) {
		what = append(what, "metrics or targets")
	}
	return strings.Join(what, ", ")
}
