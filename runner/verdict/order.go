package verdict

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

// inOrder returns the run with its facts sorted by time and, within one
// moment, by what they say. Which of two watches was written first in the same
// nanosecond must not decide anything.
func inOrder(run *observation.Run) *observation.Run {
	r := *run
	r.Phases = slices.Clone(r.Phases)
	slices.SortStableFunc(r.Phases, func(a, b observation.Timed[observation.Phase]) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		if a.V.Open != b.V.Open {
			return map[bool]int{true: -1, false: 1}[a.V.Open] // nothing ends before it begins
		}
		return cmp.Compare(a.V.Name, b.V.Name)
	})
	r.Served = byTime(r.Served)
	r.Scripts = byTime(r.Scripts)
	r.Queues = byTime(r.Queues)
	r.Expectations = byTime(r.Expectations)
	r.Disruptions = byTime(r.Disruptions)
	r.HPAs = byTime(r.HPAs)
	r.Deployments = byTime(r.Deployments)
	r.Pods = byTime(r.Pods)
	r.Events = byTime(r.Events)
	r.Proms = byTime(r.Proms)
	r.Requests = slices.Clone(r.Requests)
	slices.SortStableFunc(r.Requests, func(a, b observation.Requests) int { return a.Second.Compare(b.Second) })
	r.Gaps = slices.Clone(r.Gaps)
	slices.SortFunc(r.Gaps, func(a, b observation.Gap) int {
		return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To), strings.Compare(a.Source, b.Source), strings.Compare(a.Reason, b.Reason))
	})
	r.Warnings = slices.Clone(r.Warnings)
	slices.SortFunc(r.Warnings, func(a, b observation.Warning) int {
		return cmp.Or(strings.Compare(a.Source, b.Source), strings.Compare(a.Text, b.Text))
	})
	return &r
}

func byTime[T any](facts []observation.Timed[T]) []observation.Timed[T] {
	out := slices.Clone(facts)
	slices.SortStableFunc(out, func(a, b observation.Timed[T]) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return bytes.Compare(text(a.V), text(b.V))
	})
	return out
}

// text is a fact as the log writes it. Facts come out of a log or could go
// into one; what could not has no text and keeps its place.
func text(fact any) []byte {
	b, err := json.Marshal(fact)
	if err != nil {
		return nil
	}
	return b
}

// latest returns the last fact at or before a time.
func latest[T any](facts []observation.Timed[T], at time.Time) (T, bool) {
	i, _ := slices.BinarySearchFunc(facts, at, func(f observation.Timed[T], at time.Time) int {
		if f.At.After(at) {
			return 1
		}
		return -1
	})
	if i == 0 {
		var none T
		return none, false
	}
	return facts[i-1].V, true
}
