package reports

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/unit"
	"github.com/artisan-platform/headroom/runner/verdict"
)

// disruptionView is a disruption in words.
type disruptionView struct {
	Name, At  string
	Deleted   string
	Replaced  string // by what, after how long
	Failed    string
	Slowest   string
	Recovered string
}

// disruptionsOf puts the result's disruptions in words, the same everywhere.
func disruptionsOf(disruptions []verdict.Disruption, a axis) []disruptionView {
	var out []disruptionView
	for _, d := range disruptions {
		v := disruptionView{Name: d.Name, At: none, Deleted: none, Replaced: none, Failed: none, Slowest: none, Recovered: none}
		if d.At.IsZero() {
			v.Deleted = "not carried out: " + or(d.Error, "the run ended before it")
			out = append(out, v)
			continue
		}
		v.At, v.Deleted = clock(d.At.Sub(a.zero)), or(strings.Join(d.Deleted, ", "), none)
		v.Replaced = "not replaced by the end"
		if d.ReplacedAfter != nil {
			v.Replaced = strings.Join(d.Replaced, ", ") + " after " + unbroken(unit.Duration(*d.ReplacedAfter))
		}
		v.Failed = unit.Count(d.Failed) + " of " + unit.Count(d.Requests)
		v.Recovered = "not by the end of the load"
		switch {
		case d.RecoveredAfter == nil:
		case *d.RecoveredAfter == 0:
			v.Recovered, v.Failed = "not felt", none
		default:
			v.Recovered = "after " + unbroken(unit.Duration(*d.RecoveredAfter))
		}
		if d.Slowest > 0 {
			v.Slowest = unit.Duration(d.Slowest)
		}
		out = append(out, v)
	}
	return out
}

// disruptionMoments are those at which something was broken. What took its
// place came too soon after for a flag of its own.
func disruptionMoments(run *observation.Run) []moment {
	var out []moment
	for _, d := range run.Disruptions {
		pods := strings.Join(d.V.Pods, ", ")
		switch d.V.Stage {
		case observation.Disrupted:
			out = append(out, moment{d.V.From, d.V.Name, fmt.Sprintf("%s: %s deleted", d.V.Name, pods), "mark"})
		case observation.Replaced:
			for i := range out {
				if out[i].Label == d.V.Name {
					out[i].Title += fmt.Sprintf("; %s in place after %s", pods, unit.Duration(d.At.Sub(d.V.From)))
				}
			}
		}
	}
	return out
}

func (t *terminal) disruptions(in Input) {
	views := disruptionsOf(in.Result.Disruptions, newAxis(in.run()))
	if len(views) == 0 {
		return
	}
	t.head("Disruptions")
	for _, v := range views {
		t.line("  " + printable(v.Name))
		for _, row := range v.rows() {
			t.block("    ", row.Name+"  "+printable(row.Value))
		}
	}
}

// rows are what is known of a disruption.
func (v disruptionView) rows() []fact {
	var out []fact
	for _, f := range []fact{{"at", v.At}, {"deleted", v.Deleted}, {"replaced by", v.Replaced}, {"recovered", v.Recovered}, {"failed requests", v.Failed}, {"slowest request", v.Slowest}} {
		if f.Value != none {
			out = append(out, f)
		}
	}
	return out
}

func markdownDisruptions(b *bytes.Buffer, in Input) {
	views := disruptionsOf(in.Result.Disruptions, newAxis(in.run()))
	if len(views) == 0 {
		return
	}
	b.WriteString("### Disruptions\n\n")
	markdownTable(b, "Disruption", "At", "Deleted", "Replaced by", "Recovered", "Failed requests", "Slowest request")
	for _, v := range views {
		markdownRow(b, v.Name, v.At, v.Deleted, v.Replaced, v.Recovered, v.Failed, v.Slowest)
	}
	b.WriteString("\n")
}
