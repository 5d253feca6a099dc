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
	t.wrapped(printable(reason(in.Result)))
	if s := interruption(in); s != "" {
		t.wrapped(printable(s))
	}
}

// wrapped writes a sentence that must not be shortened, over several lines.
func (t *terminal) wrapped(s string) {
	for _, l := range wrap(s, t.opt.Width-2) {
		t.out.WriteString("  " + l + "\n")
	}
}

func (t *terminal) objectives(objectives []verdict.Objective) {
	if len(objectives) == 0 {
		return
	}
	t.head("Objectives")
	name, value, limit := 0, 0, 0
	for _, o := range objectives {
		name, value, limit = max(name, cells(printable(o.Name))), max(value, cells(printable(o.Value))), max(limit, cells(printable(o.Limit)))
	}
	name, value, limit = min(name, 44), min(value, 24), min(limit, 24)
	for _, o := range objectives {
		c := claimOf(o.Verdict)
		row := fmt.Sprintf(" %s  %s  %s", field(o.Name, name), field(or(o.Value, none), value), field(o.Limit, limit))
		if o.Margin != "" {
			row += "  margin " + printable(o.Margin)
		}
		t.marked(c, "  "+c.Mark, row+"  n="+unit.Count(o.Samples))
		if o.Cause != "" && c.Class != "pass" {
			for _, l := range wrap(printable(o.Cause), t.opt.Width-6) {
				t.out.WriteString("      " + l + "\n")
			}
		}
	}
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
		for _, l := range wrap(eventTimes(e), t.opt.Width-4) {
			t.out.WriteString("    " + l + "\n")
		}
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
	name := 0
	for _, l := range loads {
		name = max(name, cells(printable(l.Load)))
	}
	for _, l := range loads {
		t.line(fmt.Sprintf("  %s  %s requests, %s failed, %s of %s, p50 %s, p95 %s, p99 %s, max %s",
			field(l.Load, min(name, 24)), unit.Count(l.Requests), failures(l), unit.Rate(l.Achieved), unit.Rate(l.Offered),
			loadSpan(l, l.P50), loadSpan(l, l.P95), loadSpan(l, l.P99), loadSpan(l, l.Max)))
	}
}

func (t *terminal) notes(r verdict.Result) {
	if len(r.Gaps)+len(r.Warnings) == 0 {
		return
	}
	t.head("Notes")
	const most = 10
	for _, g := range r.Gaps[:min(len(r.Gaps), most)] {
		t.line("  gap of " + unit.Duration(g.To.Sub(g.From)) + " in " + printable(g.Source) + ": " + printable(g.Reason))
	}
	for _, n := range r.Warnings[:min(len(r.Warnings), most)] {
		t.line("  " + printable(n.Source) + ": " + printable(n.Text))
	}
	if more := max(len(r.Gaps)-most, 0) + max(len(r.Warnings)-most, 0); more > 0 {
		t.line(fmt.Sprintf("  and %d more in the report", more))
	}
}

func field(s string, width int) string { return pad(cut(printable(s), width), width) }

// wrap breaks a sentence between words into lines of at most width cells; a
// longer word stands alone. No width, no breaks.
func wrap(s string, width int) []string {
	if width <= 0 {
		return []string{s}
	}
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
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
