package spec

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/artisan-platform/headroom/runner/unit"
)

// Duration is the length of the load phase: from its start to the end of the
// last load. A script without stages in the plan counts for what
// Script.Duration says.
func (p *Plan) Duration() time.Duration {
	var end time.Duration
	for _, l := range p.Loads {
		end = max(end, l.Start+l.Duration())
	}
	return end
}

// Duration is how long the load runs from its own start.
func (l Load) Duration() time.Duration {
	switch {
	case l.Script != nil:
		return l.Script.Duration
	case l.Queue != nil:
		return l.Queue.Over
	}
	var sum time.Duration
	if l.Vegeta != nil {
		for _, s := range l.Vegeta.Stages {
			sum += s.Duration
		}
	}
	return sum
}

// Row is one moment of the timetable.
type Row struct {
	At   time.Duration // from the start of the load phase
	For  time.Duration // how long it lasts; 0 is a moment
	Load string
	What string // for a person: "100 to 200 VUs over 30s"
}

// Timetable lists what happens when in the load phase, in order of time.
func Timetable(p *Plan) []Row {
	var rows []Row
	for _, l := range p.Loads {
		switch {
		case l.Script != nil:
			rows = append(rows, scriptRows(l)...)
		case l.Vegeta != nil:
			rows = append(rows, vegetaRows(l)...)
		case l.Queue != nil:
			rows = append(rows, Row{l.Start, l.Queue.Over, l.Name, queueText(*l.Queue)})
		}
		if d := l.Duration(); d > 0 {
			rows = append(rows, Row{At: l.Start + d, Load: l.Name, What: "ends"})
		}
	}
	for _, x := range p.Disruptions {
		rows = append(rows, Row{At: x.At, Load: x.Name, What: "deletes the pods with " + x.DeletePods.Selector})
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Compare(a.At, b.At) })
	return rows
}

func scriptRows(l Load) []Row {
	s := l.Script
	if len(s.Stages) == 0 {
		what := "runs " + s.File + " with its own stages"
		if s.Duration > 0 {
			what += ", " + unit.Exact(s.Duration)
		}
		return []Row{{l.Start, s.Duration, l.Name, what}}
	}
	var rows []Row
	at, from := l.Start, 0
	for _, stage := range s.Stages {
		rows = append(rows, Row{at, stage.Duration, l.Name,
			ramp(float64(from), float64(stage.Target), stage.Duration, func(v float64) string { return unit.Number(v) + " VUs" })})
		at, from = at+stage.Duration, stage.Target
	}
	return rows
}

func vegetaRows(l Load) []Row {
	var rows []Row
	at := l.Start
	for _, s := range l.Vegeta.Stages {
		n := math.Round((s.From + s.To) / 2 * s.Duration.Seconds())
		what := fmt.Sprintf("%s, %s requests to %s %s", ramp(s.From, s.To, s.Duration, unit.Rate),
			unit.Count(uint64(n)), l.Vegeta.Method, l.Vegeta.URL)
		rows = append(rows, Row{at, s.Duration, l.Name, what})
		at += s.Duration
	}
	return rows
}

func ramp(from, to float64, d time.Duration, print func(float64) string) string {
	if from == to {
		return print(to) + " for " + unit.Exact(d)
	}
	return fmt.Sprintf("%s to %s over %s", print(from), print(to), unit.Exact(d))
}

func queueText(q Queue) string {
	text := fmt.Sprintf("%s jobs onto %s", unit.Count(uint64(q.Jobs)), q.List)
	if q.Over == 0 {
		return text + " at once"
	}
	return text + " over " + unit.Exact(q.Over)
}
