package reports

import (
	"fmt"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/verdict"
)

// stage is one stage of a scale event; a nil Moment was not observed.
type stage struct {
	Name   string // what had happened by then
	Moment *verdict.Moment
}

// stages lists what follows a breach, in the order in which it is expected. A
// fall starts no pods.
func stages(e verdict.ScaleEvent) []stage {
	all := []stage{
		{"decide", e.Decide}, {"reached", e.Reached}, {"scheduled", e.Scheduled}, {"ready", e.Ready},
		{"serving", e.Serving}, {"recovered", e.Recovered},
	}
	if e.To < e.From {
		return all[:2]
	}
	return all
}

// middle is the most likely time of a moment.
func middle(m verdict.Moment) time.Time {
	return m.Earliest.Add(m.Latest.Sub(m.Earliest) / 2)
}

// distance is a duration known to lie within Middle ± Half.
type distance struct{ Middle, Half time.Duration }

func between(a, b verdict.Moment) distance {
	low, high := b.Earliest.Sub(a.Latest), b.Latest.Sub(a.Earliest)
	return distance{low + (high-low)/2, max((high-low)/2, 0)}
}

func (d distance) String() string {
	if d.Half < 50*time.Millisecond {
		return tenths(d.Middle)
	}
	return tenths(d.Middle) + " ± " + tenths(d.Half)
}

// tenths prints a duration in seconds with one decimal: stages are to be
// compared, so they share a unit.
func tenths(d time.Duration) string {
	s := fmt.Sprintf("%.1f s", d.Seconds())
	if s == "-0.0 s" {
		return "0.0 s"
	}
	return strings.Replace(s, "-", "−", 1)
}

// climb is what a scale event did: 3 → 5 → 7.
func climb(e verdict.ScaleEvent) string {
	if len(e.Steps) == 0 {
		return fmt.Sprintf("%d → %d", e.From, e.To)
	}
	return ladder(e.Steps)
}

// ladder prints the replicas of a rise: 3 → 5 → 7.
func ladder(steps []verdict.LadderStep) string {
	if len(steps) == 0 {
		return none
	}
	var b strings.Builder
	fmt.Fprint(&b, steps[0].From)
	for _, s := range steps {
		fmt.Fprintf(&b, " → %d", s.To)
	}
	return b.String()
}

// eventTimes prints when each stage of an event came, counted from the breach.
func eventTimes(e verdict.ScaleEvent) string {
	if e.Breach == nil {
		return "the breach was not observed"
	}
	var parts []string
	for _, s := range stages(e) {
		if s.Moment != nil {
			parts = append(parts, unbroken(s.Name+" "+between(*e.Breach, *s.Moment).String()))
		}
	}
	if len(parts) == 0 {
		return "no stage was observed after the breach"
	}
	return strings.Join(parts, ", ") + " after the breach"
}
