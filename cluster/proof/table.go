package proof

import (
	"errors"
	"fmt"
	"strings"
)

// Line is a component in the table: all its checks together.
type Line struct {
	Component string
	Ready     bool
	Proof     string // what the checks saw, of those that are ready
	Problems  []Result
}

// Table puts the results of each component together, in the order in which the
// components first appear.
func Table(results []Result) []Line {
	var lines []Line
	at := map[string]int{}
	for _, r := range results {
		i, ok := at[r.Component]
		if !ok {
			i = len(lines)
			at[r.Component] = i
			lines = append(lines, Line{Component: r.Component, Ready: true})
		}
		line := &lines[i]
		if !r.Ready {
			line.Ready = false
			line.Problems = append(line.Problems, r)
			continue
		}
		if line.Proof != "" {
			line.Proof += "; "
		}
		line.Proof += r.Proof
	}
	return lines
}

// Err is nil for results that are all ready; otherwise it names each that is
// not, with its cause and the next step. No results at all are an error too.
func Err(results []Result) error {
	if len(results) == 0 {
		return errors.New("nothing was checked")
	}
	var red []string
	for _, r := range results {
		if !r.Ready {
			red = append(red, fmt.Sprintf("%s: %s: %s\n    → %s", r.Component, r.Check, r.Cause, r.Next))
		}
	}
	if len(red) == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d checks are red:\n  %s", len(red), len(results), strings.Join(red, "\n  "))
}
