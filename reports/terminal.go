package reports

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/artisan-platform/headroom/runner/unit"
	"github.com/artisan-platform/headroom/runner/verdict"
)

// TerminalOptions say what the terminal can show.
type TerminalOptions struct {
	Color  bool   // use ANSI colours; the words and marks stand without them
	Width  int    // cells in a line; 0: not a terminal, lines are not shortened
	Report string // path of the report, for the last line; "" leaves it out
}

// Terminal writes the summary that follows a run.
func Terminal(w io.Writer, in Input, opt TerminalOptions) error {
	t := &terminal{opt: opt}
	t.verdict(in)
	t.objectives(in.Result.Objectives)
	t.events(in.Result.Events)
	t.disruptions(in)
	t.loads(in.Result.Loads)
	t.notes(in.Result)
	if opt.Report != "" {
		t.out.WriteString("\nReport: " + printable(opt.Report) + "\n") // never shortened: it is to be copied
	}
	if _, err := w.Write(t.out.Bytes()); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}

type terminal struct {
	opt TerminalOptions
	out bytes.Buffer
}

// line writes one line, shortened to the terminal's width.
func (t *terminal) line(s string) {
	s = strings.TrimRight(s, " ")
	if t.opt.Width > 0 {
		s = cut(s, t.opt.Width)
	}
	t.out.WriteString(s + "\n")
}

// marked writes a line that begins with a verdict's mark, coloured on request.
func (t *terminal) marked(c claim, mark, rest string) {
	if t.opt.Width > 0 {
		rest = cut(rest, max(t.opt.Width-cells(mark), 0))
	}
	code := map[string]string{"pass": "32", "fail": "31", "inconclusive": "33"}[c.Class]
	if t.opt.Color {
		mark = "\x1b[1;" + code + "m" + mark + "\x1b[0m"
	}
	t.out.WriteString(strings.TrimRight(mark+rest, " ") + "\n")
}

func (t *terminal) head(s string) {
	if t.opt.Color {
		s = "\x1b[1m" + s + "\x1b[0m"
	}
	t.out.WriteString("\n" + s + "\n")
}

func (t *terminal) verdict(in Input) {
	c := claimOf(overall(in.Result))
	t.marked(c, c.Mark+" "+c.Word, "  "+printable(or(in.Result.Plan, "no plan")))
	t.block("  ", printable(reason(in.Result)))
	if s := interruption(in); s != "" {
		t.block("  ", printable(s))
	}
}

// block writes a text that must not be shortened, over several lines.
func (t *terminal) block(indent, s string) {
	for _, l := range wrap(s, t.opt.Width-len(indent)) {
		t.out.WriteString(indent + strings.ReplaceAll(l, noBreak, " ") + "\n")
	}
}

func (t *terminal) objectives(objectives []verdict.Objective) {
	if len(objectives) == 0 {
		return
	}
	t.head("Objectives")
	col := t.columns(objectives)
	for _, o := range objectives {
		c := claimOf(o.Verdict)
		row := fmt.Sprintf(" %s  %s  %s", field(o.Name, col[0]), field(or(o.Value, none), col[1]), field(o.Limit, col[2]))
		extra := "  n=" + unit.Count(o.Samples)
		if o.Margin != "" {
			extra = "  margin " + printable(o.Margin) + extra
		}
		if t.opt.Width == 0 || 3+cells(row+extra) <= t.opt.Width {
			row += extra
		}
		t.marked(c, "  "+c.Mark, row)
		if o.Cause != "" && c.Class != "pass" {
			t.block("      ", printable(o.Cause))
		}
	}
}

// columns are the widths of an objective's name, value and limit: what they
// need, but for a name that the terminal has no room for.
func (t *terminal) columns(objectives []verdict.Objective) [3]int {
	var col [3]int
	for _, o := range objectives {
		for i, s := range []string{o.Name, or(o.Value, none), o.Limit} {
			col[i] = max(col[i], cells(printable(s)))
		}
	}
	if t.opt.Width > 0 {
		col[1], col[2] = min(col[1], 24), min(col[2], 24)
		col[0] = min(col[0], max(t.opt.Width-8-col[1]-col[2], 12))
	}
	return col
}

func (t *terminal) events(events []verdict.ScaleEvent) {
	if len(events) == 0 {
		return
	}
	t.head("Scale events")
	for _, e := range events {
		t.line("  " + printable(e.HPA) + "  " + climb(e))
		if len(e.Predicted) > 0 {
			t.line("    predicted  " + ladder(e.Predicted))
		}
		t.block("    ", eventTimes(e))
		if e.Longest != "" {
			t.line("    longest stage: " + printable(e.Longest))
		}
	}
}

func (t *terminal) loads(loads []verdict.LoadStat) {
	if len(loads) == 0 {
		return
	}
	t.head("Loads")
	for _, l := range loads {
		t.line("  " + printable(l.Load))
		parts := []string{unit.Count(l.Requests) + " requests", failures(l) + " failed", unit.Rate(l.Achieved) + " of " + unit.Rate(l.Offered),
			"p50 " + loadSpan(l, l.P50), "p95 " + loadSpan(l, l.P95), "p99 " + loadSpan(l, l.P99), "max " + loadSpan(l, l.Max)}
		for i := range parts {
			parts[i] = unbroken(parts[i])
		}
		t.block("    ", strings.Join(parts, ", "))
	}
}

func (t *terminal) notes(r verdict.Result) {
	if len(r.Gaps)+len(r.Warnings) == 0 {
		return
	}
	t.head("Notes")
	const most = 10
	for _, g := range r.Gaps[:min(len(r.Gaps), most)] {
		t.block("  ", "gap of "+unit.Duration(g.To.Sub(g.From))+" in "+printable(g.Source)+": "+printable(g.Reason))
	}
	for _, n := range r.Warnings[:min(len(r.Warnings), most)] {
		t.block("  ", printable(n.Source)+": "+printable(n.Text))
	}
	if more := max(len(r.Gaps)-most, 0) + max(len(r.Warnings)-most, 0); more > 0 {
		t.line(fmt.Sprintf("  and %d more in the report", more))
	}
}

func field(s string, width int) string { return pad(shorten(printable(s), width), width) }

// wrap breaks a sentence between words into lines of at most width cells; a
// longer word stands alone. No width, no breaks.
func wrap(s string, width int) []string {
	if width <= 0 {
		return []string{s}
	}
	var lines []string
	line := ""
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }) {
		switch {
		case line == "":
			line = word
		case cells(line)+1+cells(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	return append(lines, line)
}
