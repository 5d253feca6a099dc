package reports

import (
	"fmt"
	"time"

	"github.com/artisan-platform/headroom/runner/unit"
	"github.com/artisan-platform/headroom/runner/verdict"
)

// waterfall shows how long each stage of a scale event took, on a time axis of
// its own that begins at the breach.
type waterfall struct {
	HPA, Climb, Predicted, Longest string
	Breach                         string // on the shared axis
	Summary                        string
	Total                          string // from the breach to the last stage that was observed
	Allowed                        string
	Ticks                          []tick
	Rows                           []stageView
	Ladder                         []rung
}

// stageView is one row of a waterfall, in percent of its axis.
type stageView struct {
	Name    string
	Took    string // since the stage before
	Since   string // since the breach
	Bar     stripe // what surely belongs to the stage
	Unsure  stripe // the end lies somewhere in here
	Longest bool
	Missing bool
}

// rung compares one step of the ladder with the predicted one.
type rung struct {
	At, Change, Allowed           string
	PredictedAt, PredictedChange  string
	Difference                    string
	SameChange, Missing, Surprise bool
}

func waterfallsOf(events []verdict.ScaleEvent, a axis) []waterfall {
	out := make([]waterfall, 0, len(events))
	for _, e := range events {
		w := waterfall{HPA: e.HPA, Climb: climb(e), Longest: e.Longest, Summary: eventTimes(e), Breach: none, Ladder: rungs(e)}
		if len(e.Predicted) > 0 {
			w.Predicted = ladder(e.Predicted)
		}
		if e.Allowed > 0 {
			w.Allowed = fmt.Sprint(e.Allowed)
		}
		if e.Breach != nil {
			w.Breach = clock(middle(*e.Breach).Sub(a.zero))
			w.lay(e)
		}
		out = append(out, w)
	}
	return out
}

// lay places the stages: each bar runs from the end of the stage before it.
func (w *waterfall) lay(e verdict.ScaleEvent) {
	breach := *e.Breach
	last := breach
	for _, s := range stages(e) {
		if s.Moment != nil && s.Moment.Latest.After(last.Latest) {
			last = *s.Moment
		}
	}
	total := max(last.Latest.Sub(breach.Earliest), time.Second)
	percent := func(t time.Time) float64 {
		return min(max(100*float64(t.Sub(breach.Earliest))/float64(total), 0), 100)
	}
	w.Total = between(breach, last).String()
	w.Ticks = waterfallTicks(total, percent, middle(breach))
	if width := percent(breach.Latest); width > 0.4 {
		w.Rows = append(w.Rows, stageView{Name: "breach", Unsure: stripe{Size: width}, Since: "± " + tenths(breach.Latest.Sub(breach.Earliest)/2)})
	}
	before := breach
	for _, s := range stages(e) {
		row := stageView{Name: s.Name, Missing: s.Moment == nil, Longest: s.Name == e.Longest && s.Moment != nil}
		if s.Moment != nil {
			row.Since = between(breach, *s.Moment).String()
			row.place(percent, before, *s.Moment)
			if !s.Moment.Latest.Before(before.Latest) {
				row.Took = between(before, *s.Moment).String()
				before = *s.Moment
			}
		}
		w.Rows = append(w.Rows, row)
	}
}

// place draws a stage from the end of the one before. One that ended sooner
// than that has no bar, only its end.
func (r *stageView) place(percent func(time.Time) float64, start, end verdict.Moment) {
	from, sure, to := percent(middle(start)), percent(end.Earliest), percent(end.Latest)
	if to >= from {
		sure = min(max(sure, from), to)
		r.Bar = stripe{At: from, Size: sure - from}
	}
	r.Unsure = stripe{At: min(sure, 99.6), Size: max(to-sure, 0.4)}
}

func waterfallTicks(total time.Duration, percent func(time.Time) float64, zero time.Time) []tick {
	every := time.Duration(max(roundUp(total.Seconds()/6), 0.1) * float64(time.Second))
	var out []tick
	for at := time.Duration(0); at <= total && len(out) < 10; at += every {
		if p := percent(zero.Add(at)); p < 96 {
			out = append(out, tick{p, fmt.Sprintf("%.4g s", at.Seconds())})
		}
	}
	return out
}

// rungs puts the observed ladder beside the predicted one, step by step.
func rungs(e verdict.ScaleEvent) []rung {
	out := make([]rung, max(len(e.Steps), len(e.Predicted)))
	for i := range out {
		r := &out[i]
		if i < len(e.Steps) {
			s := e.Steps[i]
			r.At, r.Change = tenths(s.At), fmt.Sprintf("%d → %d", s.From, s.To)
			if s.Allowed > 0 {
				r.Allowed = fmt.Sprint(s.Allowed)
			}
		}
		if i < len(e.Predicted) {
			p := e.Predicted[i]
			r.PredictedAt, r.PredictedChange = tenths(p.At), fmt.Sprintf("%d → %d", p.From, p.To)
		}
		r.Missing, r.Surprise = r.Change == "", r.PredictedChange == ""
		r.SameChange = r.Change == r.PredictedChange || len(e.Predicted) == 0
		if !r.Missing && !r.Surprise {
			r.Difference = unit.SignedDuration((e.Steps[i].At - e.Predicted[i].At).Round(100 * time.Millisecond))
		}
	}
	return out
}
