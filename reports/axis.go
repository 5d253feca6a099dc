package reports

import (
	"math"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

const (
	// maxBuckets bounds the points of a curve: more than a screen has room for
	// would only make the page heavy.
	maxBuckets = 600
	// lead is how much of the calm before the load is shown.
	lead = 10 * time.Second
	// tail is how much is shown after the load where no settle phase says.
	tail = 20 * time.Second
	// longest bounds the axis, whatever the times in a damaged log say.
	longest = 100 * 365 * 24 * time.Hour
)

// axis is the time axis that all charts share. It is cut into n buckets of
// step each, whole seconds, into which the windows of the log are merged.
type axis struct {
	from time.Time
	zero time.Time // what times are counted from: the start of the load
	step time.Duration
	n    int
}

// newAxis spans the loads and what was watched after them. A run without any
// load is shown whole.
func newAxis(run *observation.Run) axis {
	from, to, ok := run.LoadSpan()
	zero := from
	if ok {
		to = later(settled(run, to), to)
		if from = from.Add(-lead); from.Before(run.Start) {
			from = run.Start
		}
	} else {
		from, to, zero = run.Start, run.Last, run.Start
	}
	from = from.Truncate(time.Second)
	span := min(max(to.Sub(from), 10*time.Second), longest)
	step := max(time.Duration(math.Ceil(span.Seconds()/maxBuckets))*time.Second, time.Second)
	return axis{from: from, zero: zero, step: step, n: min(int((span+step-1)/step), maxBuckets)}
}

// settled is when watching ended after the load.
func settled(run *observation.Run, load time.Time) time.Time {
	end := load.Add(tail)
	for _, p := range run.Phases {
		if p.V.Name == "settle" && p.V.Load == "" {
			end = run.Last
			if !p.V.Open {
				return p.At
			}
		}
	}
	if end.After(run.Last) {
		return run.Last
	}
	return end
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// to is the end of the axis.
func (a axis) to() time.Time { return a.from.Add(time.Duration(a.n) * a.step) }

// bucket is the bucket that t lies in; ok is false beside the axis.
func (a axis) bucket(t time.Time) (i int, ok bool) {
	if t.Before(a.from) || !t.Before(a.to()) {
		return 0, false
	}
	return int(t.Sub(a.from) / a.step), true
}

// part is the place of t on the axis, 0 to 1, held to its ends.
func (a axis) part(t time.Time) float64 {
	p := float64(t.Sub(a.from)) / float64(time.Duration(a.n)*a.step)
	return min(max(p, 0), 1)
}

// offset is the start of bucket i, counted from zero.
func (a axis) offset(i int) time.Duration {
	return a.from.Add(time.Duration(i) * a.step).Sub(a.zero)
}

// tick is a labelled place on an axis.
type tick struct {
	At    float64 // percent of the axis
	Label string
}

// ticks are at round times from zero, at most about ten.
func (a axis) ticks() []tick {
	total := time.Duration(a.n) * a.step
	every := time.Second
	for _, every = range []time.Duration{
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
	} {
		if total/every <= 10 {
			break
		}
	}
	every = max(every, total/10)
	var out []tick
	first := -(a.zero.Sub(a.from) / every)
	for k := first; len(out) <= 12; k++ {
		at := a.zero.Add(k * every)
		if at.After(a.to()) {
			break
		}
		out = append(out, tick{100 * a.part(at), clock(k * every)})
	}
	return out
}

// blank returns a curve over the axis that has no values yet.
func (a axis) blank() []float64 {
	v := make([]float64, a.n)
	for i := range v {
		v[i] = math.NaN()
	}
	return v
}
