package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// maxProblems bounds what one error prints: a file that is no plan at all
// should not scroll the reason off the screen.
const maxProblems = 50

// Problem is one mistake in a plan.
type Problem struct {
	File      string
	Line, Col int    // from 1
	Path      string // of the key, such as loads[1].vegeta.stages[0].rate; "" is the file as a whole
	Message   string
}

func (p Problem) String() string {
	at := fmt.Sprintf("%s:%d:%d: ", p.File, p.Line, p.Col)
	if p.Path != "" {
		at += p.Path + ": "
	}
	return at + p.Message
}

// Error is every problem of one plan, in the order of the file.
type Error struct {
	Problems []Problem
}

var _ error = (*Error)(nil)

// Error prints a line for each problem.
func (e *Error) Error() string {
	var lines []string
	for i, p := range e.Problems {
		if i == maxProblems {
			lines = append(lines, fmt.Sprintf("%s: and %d more", p.File, len(e.Problems)-i))
			break
		}
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// problems gathers what is wrong with one file.
type problems struct {
	file string
	list []Problem
}

func (p *problems) add(n node, format string, args ...any) {
	p.at(n.Line, n.Column, n.path, format, args...)
}

func (p *problems) at(line, col int, path, format string, args ...any) {
	p.list = append(p.list, Problem{p.file, max(line, 1), max(col, 1), path, fmt.Sprintf(format, args...)})
}

// err returns the problems in the order of the file, or nil if there are none.
func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col), cmp.Compare(a.Path, b.Path))
	})
	return &Error{slices.Compact(p.list)}
}
