package verdict

import (
	"fmt"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/unit"
)

// blind returns the spans in which the decisions of an HPA could not be
// followed: its watch or its target's was broken, or it had no value for a
// metric. A run that was killed never wrote its last gap, so what the statuses
// say counts as well.
func (j *judge) blind(h *hpa) []observation.Gap {
	var out []observation.Gap
	for _, g := range j.run.Gaps {
		switch g.Source {
		case "watch hpa", "watch deployment", "hpa " + h.name + " metrics":
			out = append(out, g)
		}
	}
	var open *observation.Gap
	for _, l := range h.looks {
		if l.known && open != nil {
			open.To = l.at
			out, open = append(out, *open), nil
		}
		if !l.known && open == nil {
			open = &observation.Gap{Source: "hpa " + h.name + " metrics", From: l.at, Reason: l.unknown()}
		}
	}
	if open != nil {
		open.To = j.run.Last
		out = append(out, *open)
	}
	return out
}

// unknown says why a status recommends nothing.
func (l look) unknown() string {
	if c := condition(l.hpa.Conditions, "ScalingActive"); c != nil && c.Status != "True" {
		return withCause(c.Reason, c.Message)
	}
	for _, m := range l.hpa.Metrics {
		if m.Current == nil {
			return fmt.Sprintf("%s metric %q has no value", m.Type, m.Name)
		}
	}
	return "the HPA's metrics recommend nothing"
}

// within cuts spans down to those that reach into from..to.
func within(gaps []observation.Gap, from, to time.Time) []observation.Gap {
	var out []observation.Gap
	for _, g := range gaps {
		if g.From.Before(to) && g.To.After(from) {
			g.From, g.To = later(g.From, from), earlier(g.To, to)
			out = append(out, g)
		}
	}
	return out
}

// longest returns the gap that lasted longest, the first of equals.
func longest(gaps []observation.Gap) (observation.Gap, bool) {
	var out observation.Gap
	for i, g := range gaps {
		if i == 0 || g.To.Sub(g.From) > out.To.Sub(out.From) {
			out = g
		}
	}
	return out, len(gaps) > 0
}

// over returns the longest span of h's blindness inside from..to.
func (j *judge) over(h *hpa, from, to time.Time) (observation.Gap, bool) {
	return longest(within(j.blind(h), from, to))
}

// describe names a gap in a cause.
func (j *judge) describe(g observation.Gap) string {
	return withCause(fmt.Sprintf("%s was blind for %s, %s", g.Source, unit.Duration(g.To.Sub(g.From)), j.span(g.From, g.To)),
		strings.TrimSuffix(g.Reason, "."))
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
