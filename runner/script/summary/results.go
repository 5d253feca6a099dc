package summary

import (
	"strings"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// minName is the least width of the column of names, dots included.
const minName = 35

// category is a heading with the metrics below it.
type category struct {
	title   string
	members []string // nil: all that no other category has
}

// categories stand in the order in which they are shown.
var categories = []category{
	{"CUSTOM", nil},
	{"HTTP", []string{"http_req_blocked", "http_req_connecting", "http_req_duration", "http_req_failed", "http_req_receiving",
		"http_req_sending", "http_req_tls_handshaking", "http_req_waiting", "http_reqs"}},
	{"EXECUTION", []string{"dropped_iterations", "group_duration", "iteration_duration", "iteration_errors", "iterations", "vus", "vus_max"}},
	{"NETWORK", []string{"data_received", "data_sent"}},
	{"WEBSOCKET", []string{"ws_connecting", "ws_msgs_received", "ws_msgs_sent", "ws_ping", "ws_session_duration", "ws_sessions"}},
	{"GRPC", []string{"grpc_req_duration", "grpc_streams", "grpc_streams_msgs_received", "grpc_streams_msgs_sent"}},
}

var byMetric = func() map[string]string {
	m := make(map[string]string)
	for _, c := range categories {
		for _, name := range c.members {
			m[name] = c.title
		}
	}
	return m
}()

// categoryOf is the title of a metric's category.
func categoryOf(base string) string {
	if c := byMetric[base]; c != "" {
		return c
	}
	return "CUSTOM"
}

// detail are metrics that only the full text shows.
var detail = map[string]bool{
	"http_req_blocked": true, "http_req_connecting": true, "http_req_tls_handshaking": true,
	"http_req_sending": true, "http_req_waiting": true, "http_req_receiving": true,
}

// row is one line of results: a name, dots and cells.
type row struct {
	name  string
	cells []span
}

// results shows checks and metrics, and tells whether there were any.
func (v view) results(p *page, s scope, m Mode, column int) bool {
	tables := make([]table, len(categories))
	var checks []item
	for _, i := range ordered(s.items) {
		switch {
		case i.base == "checks" && i.kind == metric.Rate:
			checks = append(checks, i)
		case m == Full || !detail[i.base]:
			for k, c := range categories {
				if c.title == categoryOf(i.base) {
					tables[k].add(v, i)
				}
			}
		}
	}
	width := minName
	var values, trends columns
	for _, t := range tables {
		width = max(width, t.nameWidth())
		t.fit(&values, &trends)
	}
	totals := v.checkTotals(checks, s.checks)
	width = max(width, totals.nameWidth())
	shown := v.checks(p, totals, s.checks, width, column)
	for k, t := range tables {
		if len(t.rows) == 0 {
			continue
		}
		if shown {
			p.line(0)
		}
		shown = true
		p.line(column, span{categories[k].title, bold})
		t.write(p, width, column, values, trends)
	}
	return shown
}

// table holds rows of two forms, whose cells are aligned apart from each
// other: those of trends, and all others.
type table struct {
	rows  []row
	trend []bool
	names map[string]bool
}

func (t *table) put(r row, trend bool) {
	t.rows = append(t.rows, r)
	t.trend = append(t.trend, trend)
}

// add makes a row of a metric. A part of one that is in the table already is
// named by its tags alone.
func (t *table) add(v view, i item) {
	if t.names == nil {
		t.names = make(map[string]bool)
	}
	t.names[i.name] = true
	name := i.name
	if tags := part(i.name, i.base); tags != "" && t.names[i.base] {
		name = "  { " + strings.TrimSuffix(strings.TrimPrefix(tags, "{"), "}") + " }"
	}
	t.put(row{name, v.cells(i)}, i.kind == metric.Trend && !i.empty())
}

func (t table) nameWidth() int {
	width := 0
	for _, r := range t.rows {
		width = max(width, say(r.name).width()+3)
	}
	return width
}

func (t table) fit(values, trends *columns) {
	for k, r := range t.rows {
		if t.trend[k] {
			trends.fit(r.cells)
		} else if len(r.cells) > 1 {
			values.fit(r.cells) // a lone remark sets no width
		}
	}
}

func (t table) write(p *page, width, column int, values, trends columns) {
	for k, r := range t.rows {
		dots := strings.Repeat(".", width-say(r.name).width())
		line := []span{say(r.name), {dots, faint}, say(": ")}
		switch {
		case t.trend[k]:
			line = append(line, trends.left(r.cells)...)
		case len(r.cells) == 1:
			line = append(line, r.cells...)
		default:
			line = append(line, values.left(r.cells)...)
		}
		p.line(column, line...)
	}
}

// empty tells whether an item knows nothing, for want of samples.
func (i item) empty() bool {
	switch i.kind {
	case metric.Counter:
		_, ok := i.stat("count")
		return !ok
	case metric.Gauge:
		_, ok := i.stat("value")
		return !ok
	case metric.Rate:
		_, ok := i.stat("rate")
		return !ok
	}
	for _, s := range i.stats {
		if s.name != "count" || s.value != 0 {
			return false
		}
	}
	return true
}

// cells are the values of an item.
func (v view) cells(i item) []span {
	if i.empty() {
		return []span{{"no samples", yellow}}
	}
	get := func(name string, show func(float64) string) string {
		if value, ok := i.stat(name); ok {
			return show(value)
		}
		return "-"
	}
	unit := func(x float64) string { return format(x, i.contains, v.unit) }
	rate := func(x float64) string { return perSecond(x, i.contains) }
	var cells []span
	switch i.kind {
	case metric.Counter:
		cells = append(cells, say(get("count", unit)), say(get("rate", rate)))
	case metric.Gauge:
		cells = append(cells, say(get("value", unit)), say("min="+get("min", unit)), say("max="+get("max", unit)))
	case metric.Rate:
		cells = append(cells, say(get("rate", percent)), say(share(i, "passes")))
	case metric.Trend:
		for _, name := range v.trend {
			show := unit
			if name == "count" {
				show = number
			}
			cells = append(cells, say(name+"="+get(name, show)))
		}
	}
	return cells
}
