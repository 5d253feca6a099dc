package reports

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/unit"
)

// factsOf says what was run, by what, on what.
func factsOf(in Input) []fact {
	r, run := in.Result, in.run()
	host := run.Info.Host
	out := []fact{
		{"Run", or(r.Run, run.Info.ID)}, {"Plan file", run.Info.PlanFile}, {"Headroom", or(r.Headroom, run.Info.Headroom)},
		{"Started", utc(r.Start)}, {"Ended", utc(r.End)}, {"Outcome", r.Outcome}, {"Host", host.Name}, {"System", host.OS},
	}
	if host.Cores > 0 {
		out = append(out, fact{"Cores", fmt.Sprint(host.Cores)}, fact{"Memory", unit.Bytes(float64(host.Memory))})
	}
	if n := nodes(run); n != "" {
		out = append(out, fact{"Nodes", n})
	}
	if run.Truncated {
		out = append(out, fact{"Log", "its last line was cut off"})
	}
	return slices.DeleteFunc(out, func(f fact) bool { return f.Value == "" })
}

// nodes names each node with what the scheduler has to give away.
func nodes(run *observation.Run) string {
	last := make(map[string]observation.Node)
	for _, n := range run.Nodes {
		last[n.V.Name] = n.V
	}
	text := ""
	for _, name := range sortedKeys(last) {
		n := last[name]
		if text != "" {
			text += "; "
		}
		text += fmt.Sprintf("%s (%s cores, %s", name, unit.Cores(n.CPU), unit.Bytes(n.Memory))
		switch {
		case n.Deleted:
			text += ", deleted"
		case !n.Ready:
			text += ", not ready"
		}
		text += ")"
	}
	return text
}

// sourcesOf are the texts that were run.
func sourcesOf(in Input) []fact {
	info := in.run().Info
	var out []fact
	if text := or(info.Plan, in.plan().Source); text != "" {
		out = append(out, fact{or(info.PlanFile, "plan"), text})
	}
	for _, name := range sortedKeys(info.Scripts) {
		out = append(out, fact{name, info.Scripts[name]})
	}
	return out
}

// eventView is a kind of Kubernetes warning, with how often it came.
type eventView struct {
	Reason, Object, Message, Last string
	Count                         int
}

// eventsOf gathers the Warning events by reason and object, the most frequent
// first. The message is the newest one.
func eventsOf(run *observation.Run) []eventView {
	a := newAxis(run)
	at := make(map[[2]string]int)
	var out []eventView
	for _, e := range run.Events {
		if e.V.Type != "Warning" {
			continue
		}
		key := [2]string{e.V.Reason, e.V.Kind + "/" + e.V.Object}
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, eventView{Reason: key[0], Object: key[1]})
		}
		out[i].Count = max(out[i].Count+1, int(e.V.Count))
		out[i].Message, out[i].Last = e.V.Message, clock(e.At.Sub(a.zero))
	}
	slices.SortStableFunc(out, func(x, y eventView) int { return cmp.Compare(y.Count, x.Count) })
	const most = 25
	return out[:min(len(out), most)]
}
