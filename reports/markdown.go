package reports

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/unit"
	"github.com/artisan-platform/headroom/runner/verdict"
)

// Markdown writes summary.md, for the page of a CI job. Its links are names of
// files in the same directory.
func Markdown(w io.Writer, in Input) error {
	var b bytes.Buffer
	markdownHead(&b, in)
	markdownObjectives(&b, in.Result.Objectives)
	markdownEvents(&b, in.Result.Events)
	markdownDisruptions(&b, in)
	markdownLoads(&b, in.Result.Loads)
	markdownNotes(&b, in.Result)
	fmt.Fprintf(&b, "[Report](%s) · [result](%s) · [JUnit](%s)\n", HTMLFile, JSONFile, JUnitFile)
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write summary.md: %w", err)
	}
	return nil
}

func markdownHead(b *bytes.Buffer, in Input) {
	r := in.Result
	c := claimOf(overall(r))
	fmt.Fprintf(b, "## %s %s: %s\n\n%s\n\n", c.Mark, c.Word, md(or(r.Plan, "no plan")), md(reason(r)))
	if s := interruption(in); s != "" {
		fmt.Fprintf(b, "**%s**\n\n", md(s))
	}
	fmt.Fprintf(b, "Run %s, %s, %s, Headroom %s. Objectives: %s.\n\n", md(or(r.Run, none)), utc(r.Start),
		unit.Duration(max(r.End.Sub(r.Start), 0)), md(or(r.Headroom, none)), tallyOf(r.Objectives))
}

func markdownObjectives(b *bytes.Buffer, objectives []verdict.Objective) {
	if len(objectives) == 0 {
		return
	}
	markdownTable(b, "Objective", "Verdict", "Value", "Limit", "Margin", "Samples", "Cause")
	for _, o := range objectives {
		c := claimOf(o.Verdict)
		markdownRow(b, o.Name, c.Mark+" "+strings.ToLower(c.Word), or(o.Value, none), o.Limit, o.Margin, unit.Count(o.Samples), o.Cause)
	}
	b.WriteString("\n")
}

func markdownEvents(b *bytes.Buffer, events []verdict.ScaleEvent) {
	if len(events) == 0 {
		return
	}
	b.WriteString("### Scale events\n\n")
	markdownTable(b, "HPA", "Replicas", "Predicted", "Stages", "Longest")
	for _, e := range events {
		markdownRow(b, e.HPA, climb(e), ladder(e.Predicted), eventTimes(e), or(e.Longest, none))
	}
	b.WriteString("\n")
}

func markdownLoads(b *bytes.Buffer, loads []verdict.LoadStat) {
	if len(loads) == 0 {
		return
	}
	b.WriteString("### Loads\n\n")
	markdownTable(b, "Load", "Requests", "Failed", "Offered", "Achieved", "p50", "p95", "p99", "Max")
	for _, l := range loads {
		markdownRow(b, l.Load, unit.Count(l.Requests), failures(l), unit.Rate(l.Offered), unit.Rate(l.Achieved),
			loadSpan(l, l.P50), loadSpan(l, l.P95), loadSpan(l, l.P99), loadSpan(l, l.Max))
	}
	b.WriteString("\n")
}

func markdownNotes(b *bytes.Buffer, r verdict.Result) {
	const most = 20
	for i, g := range r.Gaps {
		if i == most {
			fmt.Fprintf(b, "- and %d more gaps\n", len(r.Gaps)-most)
			break
		}
		fmt.Fprintf(b, "- Gap of %s in %s: %s\n", unit.Duration(g.To.Sub(g.From)), md(g.Source), md(g.Reason))
	}
	for i, n := range r.Warnings {
		if i == most {
			fmt.Fprintf(b, "- and %d more warnings\n", len(r.Warnings)-most)
			break
		}
		fmt.Fprintf(b, "- Warning from %s: %s\n", md(n.Source), md(n.Text))
	}
	if len(r.Gaps)+len(r.Warnings) > 0 {
		b.WriteString("\n")
	}
}

func markdownTable(b *bytes.Buffer, heads ...string) {
	markdownRow(b, heads...)
	b.WriteString("|" + strings.Repeat(" --- |", len(heads)) + "\n")
}

func markdownRow(b *bytes.Buffer, fields ...string) {
	b.WriteString("|")
	for _, f := range fields {
		b.WriteString(" " + md(f) + " |")
	}
	b.WriteString("\n")
}

// md makes text plain Markdown on one line: no pipe ends a table's cell, no
// tag, link, emphasis or mention survives.
func md(s string) string {
	var b strings.Builder
	for _, r := range printable(s) {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '@':
			b.WriteString("&#64;")
		case strings.ContainsRune("\\`*_[]|#~", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// loadSpan prints a response time of a load, if it had any response.
func loadSpan(l verdict.LoadStat, d time.Duration) string {
	if l.Requests == 0 {
		return none
	}
	return unit.Duration(d)
}

func failures(l verdict.LoadStat) string {
	if l.Requests == 0 || l.Failed == 0 {
		return unit.Count(l.Failed)
	}
	return unit.Count(l.Failed) + " (" + share(l.Failed, l.Requests) + ")"
}
