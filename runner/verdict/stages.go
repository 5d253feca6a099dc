package verdict

import (
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

// follow fills in what came after the decision: pods scheduled, ready and
// serving, and latency back under its limit.
func (j *judge) follow(h *hpa, e *ScaleEvent) {
	live, _ := latest(h.records, e.Decide.Latest)
	pods := j.born(live.Target, *e)
	n := int(e.To - e.From)
	e.Scheduled = lastOf(pods, n, func(p pod) *Moment { return p.scheduled })
	e.Ready = lastOf(pods, n, func(p pod) *Moment { return p.ready })
	e.Serving = lastOf(pods, n, func(p pod) *Moment { return p.serving })
	e.Recovered = j.recovered(*e)
}

// pod is one pod that a rise created.
type pod struct {
	name                      string
	scheduled, ready, serving *Moment
}

// bornAfter is how long after the last step a pod may be created for it.
const bornAfter = time.Minute

// born returns the pods of a target that were created for an event, in the
// order of their first records.
func (j *judge) born(target string, e ScaleEvent) []*pod {
	byUID := make(map[string]*pod)
	var out []*pod
	for _, r := range j.run.Pods {
		// The API tells a pod's birth to the second.
		if r.V.Owner != target || r.V.Created.Before(e.Decide.Earliest.Truncate(time.Second)) || r.V.Created.After(e.Reached.Latest.Add(bornAfter)) {
			continue
		}
		p := byUID[r.V.UID]
		if p == nil {
			p = &pod{name: r.V.Name}
			byUID[r.V.UID] = p
			out = append(out, p)
		}
		if p.scheduled == nil {
			p.scheduled = became(r, "PodScheduled")
		}
		if p.ready == nil {
			p.ready = became(r, "Ready")
		}
	}
	for _, p := range out {
		p.serving = j.served(p.name)
	}
	return out
}

// became is when a pod's condition turned true: in the second that the
// condition names, and no later than it was seen.
func became(r observation.Timed[observation.Pod], name string) *Moment {
	c := condition(r.V.Conditions, name)
	if c == nil || c.Status != "True" {
		return nil
	}
	if c.Since.IsZero() || c.Since.After(r.At) {
		return &Moment{r.At.UTC(), r.At.UTC()}
	}
	return &Moment{c.Since.UTC(), earlier(c.Since.Add(time.Second), r.At).UTC()}
}

// served is when a pod first answered any load.
func (j *judge) served(name string) *Moment {
	for _, s := range j.run.Served {
		if s.V.Pod == name {
			return &Moment{s.At.UTC(), s.At.UTC()}
		}
	}
	return nil
}

// lastOf is when the last of n pods reached a stage; nil if fewer did.
func lastOf(pods []*pod, n int, stage func(pod) *Moment) *Moment {
	var last *Moment
	for _, p := range pods {
		m := stage(*p)
		if m == nil {
			continue
		}
		n--
		if last == nil || m.Latest.After(last.Latest) {
			last = m
		}
	}
	if n > 0 {
		return nil
	}
	return last
}

// recovered is when the plan's first latency objective was met again, second
// by second, after the breach; nil if it was never missed, or still is.
func (j *judge) recovered(e ScaleEvent) *Moment {
	if len(j.plan.Objectives.Latency) == 0 || e.Breach == nil {
		return nil
	}
	want := j.plan.Objectives.Latency[0]
	var missed time.Time
	var met *Moment
	for _, s := range j.perSecond(want) {
		end := s.second.Add(time.Second)
		switch {
		case end.Before(e.Breach.Earliest):
		case s.value > want.Max:
			missed, met = end, nil
		case met == nil && !missed.IsZero():
			met = &Moment{missed.UTC(), end.UTC()}
		}
	}
	return met
}

// longestStage names the stage that took longest after the one before it.
func longestStage(e ScaleEvent) string {
	if e.Breach == nil {
		return ""
	}
	prior, most, name := e.Breach.Latest, time.Duration(0), ""
	for _, s := range []struct {
		name string
		at   *Moment
	}{{"decide", e.Decide}, {"reached", e.Reached}, {"scheduled", e.Scheduled}, {"ready", e.Ready}, {"serving", e.Serving}, {"recovered", e.Recovered}} {
		if s.at == nil {
			continue
		}
		if d := s.at.Latest.Sub(prior); d > most {
			most, name = d, s.name
		}
		prior = later(prior, s.at.Latest)
	}
	return name
}
