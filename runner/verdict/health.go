package verdict

import (
	"fmt"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/stat"
	"github.com/artisan-platform/headroom/runner/unit"
)

// health is what a load's own generator did over the whole load.
type health struct {
	load                  string
	seconds               int
	open                  bool
	due, started, dropped uint64
	lag, stall            stat.Histogram
	cpu                   float64 // most cores used in one second
	inFlight              int64   // most at the end of one second
}

func (j *judge) healthOf(load string) *health {
	h := &health{load: load}
	for _, g := range j.run.Generators {
		if g.Load == load {
			h.add(g)
		}
	}
	return h
}

func (h *health) add(g observation.Generator) {
	h.seconds++
	h.open = h.open || g.Open
	h.due += g.Due
	h.started += g.Started
	h.dropped += g.Dropped
	h.lag.Merge(g.Lag)
	h.stall.Merge(g.Stall)
	if g.CPU > h.cpu {
		h.cpu = g.CPU
	}
	h.inFlight = max(h.inFlight, g.InFlight)
}

func p99(h stat.Histogram) time.Duration {
	q, _ := h.Quantile(0.99)
	return q
}

// meanStall is the mean delay of the stall probe's timer.
func (h *health) meanStall() time.Duration {
	n := h.stall.Count()
	if n == 0 {
		return 0
	}
	return h.stall.Sum() / time.Duration(min(n, 1<<62))
}

// held says why the generator was held up by its own machine, or "". A timer
// that fires late is delay that no target can cause; so is a request of an
// open load that starts late, since arrivals that find no free worker are
// dropped and not delayed. A process with a small share of the CPU gets it in
// short turns, which the mean stall shows better than the p99.
func (h *health) held(limit spec.Generator) string {
	var why []string
	if lag := p99(h.lag); h.open && lag > limit.MaxLag {
		why = append(why, fmt.Sprintf("requests started late: p99 lag %s against %s", unit.Duration(lag), unit.Exact(limit.MaxLag)))
	}
	if stall := p99(h.stall); stall > limit.MaxLag {
		why = append(why, fmt.Sprintf("its timers fired late: p99 stall %s against %s", unit.Duration(stall), unit.Exact(limit.MaxLag)))
	} else if mean := h.meanStall(); mean > limit.MaxLag/4 {
		why = append(why, fmt.Sprintf("its timers fired late: mean stall %s against %s", unit.Duration(mean), unit.Exact(limit.MaxLag/4)))
	}
	return strings.Join(why, "; ")
}

// short says how far a load fell short of its schedule, or "". A closed load
// has none: its requests are due when they start.
func (h *health) short(limit spec.Generator) string {
	if h.due == 0 {
		return ""
	}
	var why []string
	if dropped := float64(h.dropped) / float64(h.due); !(dropped <= limit.MaxDropped) {
		why = append(why, fmt.Sprintf("%s of %s due requests were never sent (%s against %s)",
			unit.Count(h.dropped), unit.Count(h.due), unit.Percent(dropped), unit.Percent(limit.MaxDropped)))
	}
	if rate := float64(h.started) / float64(h.due); !(rate >= limit.MinRate) {
		why = append(why, fmt.Sprintf("it reached %s of its rate against %s", unit.Percent(rate), unit.Percent(limit.MinRate)))
	}
	return strings.Join(why, "; ")
}

// delay bounds what the generator itself may have added to the time of one
// request: it is woken about ten times between sending one and reading its
// answer, each time as late as its slowest hundredth.
func (h *health) delay() time.Duration {
	worst := max(p99(h.lag), p99(h.stall))
	if !h.open {
		worst = p99(h.stall)
	}
	return 10 * min(worst, time.Hour)
}

// sick says why the load as planned did not reach its target, or "".
func (h *health) sick(limit spec.Generator) string {
	var why []string
	for _, s := range []string{h.held(limit), h.short(limit)} {
		if s != "" {
			why = append(why, s)
		}
	}
	return strings.Join(why, "; ")
}

// generators judges each load's generator. An unhealthy one never fails: it
// makes what depends on it inconclusive.
func (j *judge) generators() []Objective {
	var out []Objective
	limit := j.plan.Objectives.Generator
	for _, l := range j.plan.Loads {
		if l.Queue != nil {
			continue
		}
		h := j.health[l.Name]
		o := Objective{Name: "generator of " + l.Name, Group: groupGenerator, Value: none, Margin: none,
			Limit:   "p99 lag and stall <= " + unit.Exact(limit.MaxLag),
			Samples: h.started, Evidence: fmt.Sprintf("%d records generator of load %q", h.seconds, l.Name)}
		if h.seconds == 0 {
			out = append(out, o.inconclusive(fmt.Sprintf("load %q left no record of its generator", l.Name)))
			continue
		}
		worst := p99(h.stall)
		o.Value = "p99 stall " + unit.Duration(worst)
		if h.open {
			worst = max(worst, p99(h.lag))
			o.Value = fmt.Sprintf("p99 lag %s, stall %s", unit.Duration(p99(h.lag)), unit.Duration(p99(h.stall)))
			o.Limit += fmt.Sprintf(", dropped <= %s, rate >= %s", unit.Percent(limit.MaxDropped), unit.Percent(limit.MinRate))
		}
		o.Margin = unit.SignedDuration(limit.MaxLag - worst)
		o.Evidence += fmt.Sprintf("; at most %s cores and %d requests in flight", unit.Number(h.cpu), h.inFlight)
		switch why := h.sick(limit); {
		case why != "":
			o = o.inconclusive("the generator did not drive the load as planned: " + why)
		case h.stall.Count() == 0:
			o = o.inconclusive("the stall of the generator was not measured")
		default:
			o = o.pass()
		}
		out = append(out, o)
	}
	return out
}
