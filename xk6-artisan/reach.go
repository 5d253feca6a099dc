package artisan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/unit"
)

// reach is what expectScale waits for.
type reach struct {
	replicas  int32
	exact     bool // neither more nor fewer
	ready     bool // and so many pods of the target are ready
	from      time.Time
	within    time.Duration
	notBefore time.Duration
}

// limit is the expectation in words.
func (r reach) limit() string {
	text := fmt.Sprintf(">= %d", r.replicas)
	if r.exact {
		text = fmt.Sprintf("= %d", r.replicas)
	}
	if r.ready {
		text += " and ready"
	}
	text += " within " + unit.Exact(r.within)
	if r.notBefore > 0 {
		text += ", not before " + unit.Exact(r.notBefore)
	}
	return text
}

func (r reach) holds(n int32) bool {
	if r.exact {
		return n == r.replicas
	}
	return n >= r.replicas
}

// reached returns when it first held, from r.from on, and with how many
// replicas. deployments are looked at where pods have to be ready.
func (r reach) reached(hpas history[observation.HPA], deployments history[observation.Deployment]) (at time.Time, n int32, ok bool) {
	moments := []time.Time{r.from}
	for _, h := range hpas {
		moments = append(moments, h.At)
	}
	for _, d := range deployments {
		moments = append(moments, d.At)
	}
	slices.SortFunc(moments, time.Time.Compare)
	for _, t := range moments {
		if t.Before(r.from) {
			continue
		}
		h, known := hpas.at(t)
		if !known || h.Deleted || !r.holds(h.Desired) {
			continue
		}
		if d, known := deployments.at(t); r.ready && (!known || d.Deleted || d.Ready < r.replicas) {
			continue
		}
		return t, h.Desired, true
	}
	return time.Time{}, 0, false
}

// find is the finding on what was observed until now. blind is the longest time
// in which a watch saw nothing; the zero value says that there was none.
func (r reach) find(hpas history[observation.HPA], deployments history[observation.Deployment], blind observation.Gap) finding {
	f := finding{outcome: observation.Missed, samples: uint64(len(hpas) + len(deployments))}
	at, n, ok := r.reached(hpas, deployments)
	if !ok {
		return r.never(f, hpas, deployments)
	}
	after := at.Sub(r.from)
	f.seen = fmt.Sprintf("%d after %s", n, unit.Duration(after))
	early, late := after-r.notBefore, r.within-after
	f.margin = unit.SignedDuration(late)
	if r.notBefore > 0 && early < late {
		f.margin = unit.SignedDuration(early)
	}
	// It may have held at any moment of a gap that ends with the look at it.
	earliest := after
	if !blind.To.IsZero() && blind.From.Before(at) && !at.After(blind.To.Add(blindSlack)) {
		earliest = max(0, blind.From.Sub(r.from))
	}
	switch {
	case early >= 0 && late >= 0 && earliest >= r.notBefore:
		f.outcome = observation.Met
	case early < 0:
		f.cause = fmt.Sprintf("it was there %s too early", unit.Duration(-early))
	case late < 0 && earliest > r.within:
		f.cause = fmt.Sprintf("it came %s too late", unit.Duration(-late))
	default:
		f.outcome, f.cause = observation.Unknown, "the watch saw nothing for "+unit.Duration(blind.To.Sub(blind.From))+": "+blind.Reason
	}
	return f
}

// blindSlack is how long after the end of a gap its news may come.
const blindSlack = time.Second

// never is the finding when it never held.
func (r reach) never(f finding, hpas history[observation.HPA], deployments history[observation.Deployment]) finding {
	h, known := hpas.last()
	switch {
	case !known:
		f.outcome, f.cause = observation.Unknown, "the HPA was never observed"
		return f
	case h.Deleted:
		f.seen, f.cause = "no HPA", "the HPA was deleted while the script waited"
		return f
	}
	var most int32
	for _, x := range hpas {
		if !x.At.Before(r.from) || x.V.Desired == h.Desired {
			most = max(most, x.V.Desired)
		}
	}
	f.seen = fmt.Sprintf("%d desired", most)
	if r.ready {
		d, _ := deployments.last()
		f.seen += fmt.Sprintf(", %d ready", d.Ready)
	}
	f.cause = why(h)
	return f
}

// why says what the HPA itself says about its replicas.
func why(h observation.HPA) string {
	var parts []string
	for _, m := range h.Metrics {
		if m.Current == nil {
			parts = append(parts, fmt.Sprintf("%s has no value", m.Name))
			continue
		}
		parts = append(parts, fmt.Sprintf("%s %s of %s", m.Name, unit.Number(*m.Current), unit.Number(m.Target)))
	}
	for _, c := range h.Conditions {
		if (c.Type == "ScalingActive" || c.Type == "AbleToScale") && c.Status == "False" || c.Type == "ScalingLimited" && c.Status == "True" {
			parts = append(parts, fmt.Sprintf("%s: %s", c.Type, c.Message))
		}
	}
	return strings.Join(parts, "; ")
}
