package verdict

import (
	"cmp"
	"slices"
	"time"

	"github.com/artisan-platform/headroom/runner/predict"
	"github.com/artisan-platform/headroom/runner/spec"
)

// Defaults for an HPA that no objective of the plan is about.
const (
	defaultSlack  = 5 * time.Second
	longestLadder = 2 * time.Hour // a prediction ends here
)

// events are the rises and falls under load of every HPA that was observed, in
// the order in which they were decided.
func (j *judge) events() []ScaleEvent {
	out := []ScaleEvent{}
	for _, h := range j.hpas {
		want := j.wanted(h.name)
		for _, r := range append(h.rises(want.Slack), h.falls()...) {
			if len(r.steps) > 0 && j.loaded && j.underLoad(r) {
				out = append(out, j.event(h, r, want))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b ScaleEvent) int {
		return cmp.Or(a.Decide.Latest.Compare(b.Decide.Latest), cmp.Compare(a.HPA, b.HPA))
	})
	return out
}

// wanted is the plan's objective for an HPA, or what stands in for it.
func (j *judge) wanted(name string) spec.ScaleOut {
	for _, o := range j.plan.Objectives.ScaleOut {
		if o.HPA == name {
			return o
		}
	}
	return spec.ScaleOut{HPA: name, Sync: predict.DefaultSync, Slack: defaultSlack}
}

// falls groups falling steps that no rising step separates.
func (h *hpa) falls() []rise {
	var out []rise
	for i, c := range h.changes {
		if c.to > c.from {
			continue
		}
		if i == 0 || h.changes[i-1].to > h.changes[i-1].from {
			out = append(out, rise{})
		}
		last := &out[len(out)-1]
		last.steps = append(last.steps, c)
	}
	return out
}

func (j *judge) event(h *hpa, r rise, want spec.ScaleOut) ScaleEvent {
	first, last := r.steps[0], r.steps[len(r.steps)-1]
	e := ScaleEvent{HPA: h.name, From: first.from, To: last.to, Allowed: h.allowed(first, want.Slack),
		Decide: utc(first.when), Reached: utc(last.when)}
	origin := first.when.Latest
	if r.breach != nil {
		m := r.breach.moment(want)
		e.Breach, origin = &m, m.Latest
		e.Predicted = h.predicted(r, want.Sync)
	}
	for _, c := range r.steps {
		e.Steps = append(e.Steps, LadderStep{At: c.when.Latest.Sub(origin), From: c.from, To: c.to, Allowed: h.allowed(c, want.Slack)})
	}
	if e.To > e.From {
		j.follow(h, &e)
		e.Longest = longestStage(e)
	}
	return e
}

func utc(m Moment) *Moment { return &Moment{m.Earliest.UTC(), m.Latest.UTC()} }

// predicted is the ladder that the live rules make of the demand that the
// statuses showed, at the pace at which the statuses came.
func (h *hpa) predicted(r rise, sync time.Duration) []LadderStep {
	first, last := r.steps[0], r.steps[len(r.steps)-1]
	start := r.breach.first
	live, ok := h.live(first.when.Latest)
	if !ok {
		return nil
	}
	pace := h.pace(start, last.when.Latest, sync)
	steps := predict.Ladder(predict.Rise{
		Up: live.ScaleUp, Down: live.ScaleDown, Min: live.Min, Max: live.Max, From: first.from,
		Sync: pace, Until: min(last.when.Latest.Sub(start)+pace, longestLadder),
		Demand: func(at time.Duration) int32 { return h.demand(start.Add(at+pace/2), first.from) },
	})
	shift := start.Sub(later(r.breach.firm, start))
	var out []LadderStep
	for _, s := range steps {
		out = append(out, LadderStep{At: s.At + shift, From: s.From, To: s.To})
	}
	return out
}

// demand is what the metrics asked for in the last status before a time.
func (h *hpa) demand(at time.Time, none int32) int32 {
	n := none
	for _, l := range h.looks {
		if l.at.After(at) {
			break
		}
		if l.known {
			n = l.low
		}
	}
	return n
}

// pace is the median distance of the statuses between two times. A status that
// did not change is not written, so that only distances near the sync period
// count.
func (h *hpa) pace(from, to time.Time, sync time.Duration) time.Duration {
	if sync <= 0 {
		sync = predict.DefaultSync
	}
	var gaps []time.Duration
	for i := 1; i < len(h.looks); i++ {
		d := h.looks[i].at.Sub(h.looks[i-1].at)
		if !h.looks[i-1].at.Before(from) && !h.looks[i].at.After(to) && d > sync/2 && d < sync*3/2 {
			gaps = append(gaps, d)
		}
	}
	if len(gaps) == 0 {
		return sync
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}
