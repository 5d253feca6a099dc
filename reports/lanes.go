package reports

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/unit"
)

// lane is one row of bars above the charts: what went on when.
type lane struct{ Bars []bar }

// bar is a phase of the run, in percent of the axis.
type bar struct {
	At, Size    float64
	Label, Kind string // Kind: load or phase
	Beside      string // where the label of a short bar stands: before or behind it
	Title       string
}

// phase is a closed phase.
type phase struct {
	name     string
	from, to time.Time
	load     bool
}

// phasesOf pairs the boundaries. A phase that was never closed lasts to the
// end of the log.
func phasesOf(run *observation.Run) []phase {
	var out []phase
	open := make(map[observation.Phase]int)
	for _, p := range run.Phases {
		key := observation.Phase{Name: p.V.Name, Load: p.V.Load}
		if p.V.Open {
			open[key] = len(out)
			out = append(out, phase{or(p.V.Load, p.V.Name), p.At, run.Last, p.V.Load != ""})
		} else if i, ok := open[key]; ok {
			out[i].to = p.At
			delete(open, key)
		}
	}
	return out
}

// room is what the label of a short bar needs beside it, in percent.
const room = 9

// lanesOf lays the loads, and the phases that are not theirs, into as few rows
// as their overlaps allow. A phase that had begun before the axis is left out:
// it is the setting up.
func lanesOf(run *observation.Run, a axis) []lane {
	phases := phasesOf(run)
	slices.SortStableFunc(phases, func(x, y phase) int {
		return cmp.Or(boolFirst(x.load, y.load), x.from.Compare(y.from))
	})
	var out []lane
	var ends []float64
	for _, p := range phases {
		outside := !p.to.After(a.from) || !p.from.Before(a.to()) || !p.load && p.from.Before(a.from)
		if outside || p.name == "load" && !p.load {
			continue
		}
		b := p.bar(a)
		left, right := b.extent()
		i := slices.IndexFunc(ends, func(end float64) bool { return end <= left+0.01 })
		if i < 0 {
			i = len(out)
			out, ends = append(out, lane{}), append(ends, 0)
		}
		ends[i] = right
		out[i].Bars = append(out[i].Bars, b)
	}
	return out
}

// extent is what a bar takes with its label.
func (b bar) extent() (left, right float64) {
	switch b.Beside {
	case "before":
		return b.At - room, b.At + b.Size
	case "behind":
		return b.At, b.At + b.Size + room
	}
	return b.At, b.At + b.Size
}

func boolFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func (p phase) bar(a axis) bar {
	left, right := 100*a.part(p.from), 100*a.part(p.to)
	b := bar{At: left, Size: max(right-left, 0.3), Label: p.name, Kind: "phase"}
	if p.load {
		b.Kind = "load"
	}
	switch {
	case b.Size < room && b.At+b.Size > 100-room:
		b.Beside = "before"
	case b.Size < room:
		b.Beside = "behind"
	}
	b.Title = fmt.Sprintf("%s: %s to %s, %s", p.name, clock(p.from.Sub(a.zero)), clock(p.to.Sub(a.zero)), unit.Duration(p.to.Sub(p.from)))
	return b
}

// marksOf are the moments that somebody set: marks, disruptions, and jobs that
// were pushed.
func marksOf(run *observation.Run) []moment {
	var out []moment
	for _, m := range run.Marks {
		out = append(out, moment{m.At, m.V.Name, m.V.Name, "mark"})
	}
	out = append(out, disruptionMoments(run)...)
	return append(out, pushesOf(run)...)
}

// pushesOf are the pushes onto a queue.
func pushesOf(run *observation.Run) []moment {
	var out []moment
	for _, q := range run.Queues {
		s := fmt.Sprintf("%d jobs", q.V.Pushed)
		out = append(out, moment{q.At, s, fmt.Sprintf("%s onto %s, which then held %d", s, q.V.List, q.V.Length), "mark"})
	}
	return out
}

// visible are the moments that lie on the axis, in the page's coordinates.
func visible(a axis, moments []moment) []momentView {
	var out []momentView
	for _, m := range moments {
		if _, ok := a.bucket(m.At); ok {
			out = append(out, momentView{100 * a.part(m.At), m.Label, m.Title, m.Class})
		}
	}
	return out
}
