package summary

import (
	"cmp"
	"fmt"
	"slices"
)

// parts shows each scenario, or without scenarios each group of the script.
func (v view) parts(p *page) {
	for _, s := range v.scenarios {
		p.block("SCENARIO: " + s.name)
		v.scope(p, s, 4)
	}
	if len(v.scenarios) > 0 {
		return
	}
	for _, g := range v.root.Groups {
		p.block("GROUP: " + g.Name)
		v.scope(p, scopeOf(g), 4)
	}
}

// scopeOf is a group of which only the checks are known.
func scopeOf(g Group) scope {
	s := scope{name: g.Name, checks: g.Checks}
	for _, inner := range g.Groups {
		s.groups = append(s.groups, scopeOf(inner))
	}
	return s
}

func (v view) scope(p *page, s scope, column int) {
	shown := v.results(p, s, Full, column)
	for _, g := range s.groups {
		if shown {
			p.line(0)
		}
		shown = true
		p.line(column, span{"↳ GROUP: " + g.name, bold})
		v.scope(p, g, column+2)
	}
	if !shown {
		p.line(column, say("nothing was measured"))
	}
}

// maxEndpoints bounds the endpoints of the compact text.
const maxEndpoints = 25

// endpoints shows what the requests to each endpoint came to, those with the
// most requests first.
func (v view) endpoints(p *page, m Mode) {
	if len(v.names) == 0 {
		return
	}
	list := slices.Clone(v.names)
	slices.SortStableFunc(list, func(a, b Name) int { return cmp.Compare(b.Requests, a.Requests) })
	rest := 0
	if m != Full && len(list) > maxEndpoints {
		rest = len(list) - maxEndpoints
		list = list[:maxEndpoints]
	}
	open := slices.ContainsFunc(list, func(n Name) bool { return n.FromDue != nil })
	p.block("ENDPOINTS")
	v.endpointTable(p, list, open)
	if open || rest > 0 {
		p.line(0)
	}
	if open {
		p.line(4, say("due: from when a request was due, so that a wait for a free virtual user counts"))
	}
	if rest > 0 {
		p.line(4, say(fmt.Sprintf("%d others are shown in the mode full", rest)))
	}
}

// endpointTable has the names last: they may be long.
func (v view) endpointTable(p *page, list []Name, open bool) {
	head := []span{say("requests"), say("failed"), say("avg"), say("p95"), say("p99"), say("max")}
	if open {
		head = append(head, say("due avg"), say("due p95"), say("due p99"), say("due max"))
	}
	rows, names := [][]span{head}, []string{"name"}
	for _, n := range list {
		cells := []span{say(fmt.Sprint(n.Requests)), failed(n)}
		cells = append(cells, v.times(n.Response)...)
		if open {
			cells = append(cells, v.times(n.FromDue)...)
		}
		rows, names = append(rows, cells), append(names, n.Name)
	}
	var widths columns
	for _, cells := range rows {
		widths.fit(cells)
	}
	for k, cells := range rows {
		p.line(4, append(widths.right(cells), say(names[k]))...)
	}
}

func failed(n Name) span {
	if n.Failed == 0 || n.Requests == 0 {
		return say(fmt.Sprint(n.Failed))
	}
	return span{fmt.Sprintf("%d (%s)", n.Failed, percent(float64(n.Failed)/float64(n.Requests))), red}
}

func (v view) times(t *Times) []span {
	cells := make([]span, 4)
	for i := range cells {
		cells[i] = say("-")
	}
	if t == nil {
		return cells
	}
	for i, ms := range []float64{t.Avg, t.P95, t.P99, t.Max} {
		if finite(ms) {
			cells[i] = say(duration(ms, v.unit))
		}
	}
	return cells
}
