package verdict

import (
	"fmt"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/predict"
)

// policies judges every step under load by the policies of the live spec.
func (s scaling) policies() Objective {
	o := s.objective("every step obeys the policies")
	o.Limit = "what the live policies allow"
	var steps []string
	var fault string
	for _, c := range s.hpa.changes {
		if c.when.Latest.Before(s.from) {
			continue
		}
		allowed := s.hpa.allowed(c, s.want.Slack)
		text := fmt.Sprintf("%d -> %d at %s (allowed %d)", c.from, c.to, s.at(c.when.Latest), allowed)
		steps = append(steps, text)
		if fault == "" && (c.to > c.from && c.to > allowed || c.to < c.from && c.to < allowed) {
			fault = text
			o.Margin = fmt.Sprintf("%+d", -abs(c.to-allowed))
		}
	}
	o.Samples = uint64(len(steps))
	if len(steps) == 0 {
		return o.inconclusive("desired never changed: " + s.noDecision())
	}
	o.Value = fmt.Sprintf("%d steps", len(steps))
	o.Evidence += ": " + strings.Join(steps, ", ")
	first, last := s.hpa.changes[0].when.Earliest, s.hpa.changes[len(s.hpa.changes)-1].when.Latest
	if gap, ok := longest(within(s.watchGaps(), first, last)); ok {
		return o.inconclusive("steps may be missing: " + s.describe(gap))
	}
	if fault != "" {
		return o.fail("a step went beyond the policies: " + fault)
	}
	return o.pass()
}

// watchGaps are the breaks of the watches that show steps.
func (s scaling) watchGaps() []observation.Gap {
	var out []observation.Gap
	for _, g := range s.run.Gaps {
		if g.Source == "watch deployment" || g.Source == "watch hpa" {
			out = append(out, g)
		}
	}
	return out
}

// allowed is how far the policies let a step go. Where the moment of a step
// leaves a choice of specs, or of the period that an earlier step falls into,
// the step gets the benefit of the doubt. Bounds come before policies.
func (h *hpa) allowed(c change, slack time.Duration) int32 {
	origin := h.changes[0].when.Latest
	var past []predict.Change
	for _, p := range h.changes {
		if p.when.Latest.Before(c.when.Latest) {
			past = append(past, predict.Change{At: p.when.Latest.Sub(origin), By: p.to - p.from})
		}
	}
	now := c.when.Latest.Sub(origin)
	best := c.from
	for _, spec := range h.specs(c.when.Earliest.Add(-slack), c.when.Latest) {
		for _, at := range []time.Duration{now, now + slack} {
			if c.to > c.from {
				n := max(min(predict.AllowedUp(spec.ScaleUp, c.from, past, at), spec.Max), spec.Min)
				best = max(best, n)
			} else {
				n := min(max(predict.AllowedDown(spec.ScaleDown, c.from, past, at), spec.Min), spec.Max)
				best = min(best, n)
			}
		}
	}
	return best
}

func abs(n int32) int32 {
	if n < 0 {
		return -n
	}
	return n
}
