package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/artisan-platform/headroom/runner/observation"
)

// whyNotDesired says why the desired count stayed below the plan's. It fails
// on causes that are certain from the spec or the statuses; blindness, a run
// that was cut short and a load that fell short leave it undecided.
func (s scaling) whyNotDesired(most int32) (Value, string) {
	live, ok := s.hpa.live(s.run.Last)
	asked, known := s.mostAsked()
	gap, blind := s.over(s.hpa, s.from, s.to)
	blind = blind && gap.To.Sub(gap.From) > 2*s.want.Sync+s.want.Slack
	switch {
	case !ok:
		return Fail, fmt.Sprintf("HPA %q was deleted during the run", s.want.HPA)
	case live.Max < s.want.Replicas:
		return Fail, fmt.Sprintf("the HPA's maxReplicas is %d%s", live.Max, message(live, "ScalingLimited", "True"))
	case s.disabled(live):
		return Fail, "scaling up is disabled in the HPA's spec"
	case blind:
		return Inconclusive, s.describe(gap)
	case !s.complete():
		return Inconclusive, fmt.Sprintf("the run was %s at %s, with %d desired", s.outcome(), s.at(s.run.Last), most)
	case message(live, "AbleToScale", "False") != "":
		return Fail, "the HPA cannot scale its target" + message(live, "AbleToScale", "False")
	case !known:
		return Inconclusive, "the HPA had no value of any metric"
	}
	return s.tooLittleAsked(most, asked)
}

// tooLittleAsked tells metrics that never asked for so many replicas from
// rules that were too slow for the load's length. Either may be the doing of a
// load that was not driven as planned.
func (s scaling) tooLittleAsked(most, asked int32) (Value, string) {
	cause := fmt.Sprintf("the metrics never asked for more than %d%s", max(asked, most), s.highestMetric())
	if asked >= s.want.Replicas {
		cause = fmt.Sprintf("the metrics asked for %d, and the HPA came to %d by the end", asked, most)
	}
	limit := s.plan.Objectives.Generator
	for _, l := range s.plan.Loads {
		h := s.health[l.Name]
		why := h.held(limit)
		if asked < s.want.Replicas {
			why = or(h.sick(limit), s.undriven(l))
		}
		if why != "" {
			return Inconclusive, fmt.Sprintf("%s; but load %q was not driven as planned: %s", cause, l.Name, why)
		}
	}
	return Fail, cause
}

// whyNotReady says why fewer pods than the plan's were ever ready.
func (s scaling) whyNotReady(most int32) (Value, string) {
	if desired, _, _ := s.peak(s.hpa.desired()); desired < s.want.Replicas {
		v, cause := s.whyNotDesired(desired)
		return v, fmt.Sprintf("no more than %d were desired: %s", desired, cause)
	}
	for _, source := range []string{"watch deployment", "watch pod"} {
		for _, g := range s.run.Gaps {
			if g.Source == source && g.To.After(s.from) && g.To.Sub(g.From) > s.want.Slack {
				return Inconclusive, s.describe(g)
			}
		}
	}
	if !s.complete() {
		return Inconclusive, fmt.Sprintf("the run was %s at %s, with %d ready", s.outcome(), s.at(s.run.Last), most)
	}
	return Fail, or(s.unready(), "no pod of the target says why")
}

// unready groups the pods of the target that were not ready at the end by what
// keeps them from it.
func (s scaling) unready() string {
	live, _ := latest(s.hpa.records, s.run.Last)
	last := make(map[string]observation.Pod)
	for _, p := range s.run.Pods {
		if p.V.Owner == live.Target {
			last[p.V.Namespace+"/"+p.V.Name+"/"+p.V.UID] = p.V
		}
	}
	counts := make(map[string]int)
	for _, p := range last {
		if !p.Deleted && p.Terminated == nil && !p.Ready {
			counts[stuck(p)]++
		}
	}
	var parts []string
	for why, n := range counts {
		parts = append(parts, fmt.Sprintf("%d pods %s", n, why))
	}
	slices.SortFunc(parts, func(a, b string) int { return cmp.Compare(a, b) })
	return strings.Join(parts, "; ")
}

// stuck says what keeps a pod from being ready.
func stuck(p observation.Pod) string {
	if c := condition(p.Conditions, "PodScheduled"); c != nil && c.Status != "True" {
		return withCause("not scheduled ("+or(c.Reason, "no reason given")+")", c.Message)
	}
	for _, c := range p.Containers {
		if c.State != "running" && c.Reason != "" {
			return fmt.Sprintf("with container %s %s (%s)", c.Name, c.State, c.Reason)
		}
	}
	if c := condition(p.Conditions, "Ready"); c != nil && c.Reason != "" {
		return "not ready (" + c.Reason + ")"
	}
	return strings.ToLower(or(p.Phase, "of unknown phase")) + " and not ready"
}

// message returns the text of an HPA's condition if it has the status.
func message(h observation.HPA, name, status string) string {
	c := condition(h.Conditions, name)
	if c == nil || c.Status != status {
		return ""
	}
	return fmt.Sprintf(" (%s %s: %s)", name, c.Reason, c.Message)
}
