// Package compat is the table of how Headroom's script engine compares with
// k6: what works as documented there, what differs, what is refused and why,
// and which test shows it. docs/k6-compatibility.md is written from it.
package compat

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

//go:generate go run ./generate

// Status is how one thing compares with k6.
type Status string

// The statuses.
const (
	Supported Status = "supported" // as k6 documents it
	Differs   Status = "differs"   // it works, but not in every way as in k6
	Refused   Status = "refused"   // it is told not to exist, or to have no effect
)

// Row is one thing that scripts or people use.
type Row struct {
	Area   string // the section of the page; functions have their module's
	Name   string // or several names, separated by ", "
	Status Status
	Note   string // how it differs, or why it is refused; else what the tests leave out
	// Tests show it: the name of a script of runner/script/testdata, "bad/NAME"
	// for one that must be refused, "cli/NAME" for a story of the command line,
	// or a Go test as "folder/of/package.TestName".
	Tests []string
}

// Names are the single names of the row, without what explains them.
func (r Row) Names() []string { return strings.Split(r.Name, ", ") }

// Rows returns the whole table, section by section.
func Rows() []Row {
	return slices.Concat(lifecycle, globals, options, flags, executors,
		core, dataModules, http, httpParams, httpResponse, html, webSockets, others, libraries,
		metrics, thresholds, outputs, rest, commands, exitCodes, beyond)
}

func yes(name string, tests ...string) Row {
	return Row{Name: name, Status: Supported, Tests: tests}
}

func differs(name, note string, tests ...string) Row {
	return Row{Name: name, Status: Differs, Note: note, Tests: tests}
}

func refused(name, why string, tests ...string) Row {
	return Row{Name: name, Status: Refused, Note: why, Tests: tests}
}

// with adds a note to a row that is supported.
func with(r Row, note string) Row {
	r.Note = note
	return r
}

// in puts rows into a section.
func in(area string, rows ...Row) []Row {
	for i := range rows {
		rows[i].Area = area
	}
	return rows
}

const introduction = `<!-- Written by "go generate ./runner/script/compat": change the table there. -->

# Compatibility with k6

Headroom runs scripts that are written for k6 with an engine of its own. This
page says for each part of k6's documented surface whether it is *supported*,
*differs* (and how) or is *refused* (and why). Each row names the tests that show
it: they are a script with all that is to be seen of it, a story of the command
line, or a Go test.

`

// Markdown is the page.
func Markdown() string {
	var b strings.Builder
	b.WriteString(introduction)
	rows := Rows()
	counts := make(map[Status]int)
	for _, r := range rows {
		counts[r.Status]++
	}
	fmt.Fprintf(&b, "Of %d rows %d are supported, %d differ and %d are refused.\n", len(rows), counts[Supported], counts[Differs], counts[Refused])
	area := ""
	for _, r := range rows {
		if r.Area != area {
			area = r.Area
			fmt.Fprintf(&b, "\n## %s\n\n", area)
			if text := abouts[area]; text != "" {
				fmt.Fprintf(&b, "%s\n\n", text)
			}
			b.WriteString("| Name | Status | How it differs, or why it is refused | Shown by |\n|---|---|---|---|\n")
		}
		links := make([]string, len(r.Tests))
		for i, t := range r.Tests {
			links[i] = link(t)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(r.Name), r.Status, cell(r.Note), strings.Join(links, ", "))
	}
	return b.String()
}

// cell keeps a text from ending its cell.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

// link is the Markdown for a test, as the page sees it from docs.
func link(test string) string {
	file, name := File(test)
	if name != "" {
		return fmt.Sprintf("[%s](../%s)", name, file)
	}
	return fmt.Sprintf("[%s](../%s)", test, file)
}

// File returns the file that a test of a row is, from the root of the
// repository; for a Go test the folder, and the name of its function.
func File(test string) (file, function string) {
	if dir, name, ok := strings.Cut(test, ".Test"); ok {
		return dir, "Test" + name
	}
	if name, ok := strings.CutPrefix(test, "cli/"); ok {
		return path.Join("runner/cli/testdata", name+".txtar"), ""
	}
	if strings.HasPrefix(test, "bad/") {
		return path.Join("runner/script/testdata", test+".js"), ""
	}
	return path.Join("runner/script/testdata", test+".txtar"), ""
}
