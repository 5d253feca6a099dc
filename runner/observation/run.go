package observation

import (
	"fmt"
	"slices"
	"time"
)

// Run is a log, sorted by kind, for those who judge and report. Slices keep
// the order of the log.
type Run struct {
	Info         RunInfo
	Start        time.Time // of the first record
	Last         time.Time // of the last record
	End          *End      // nil: the run was killed
	Truncated    bool      // the log's last line was cut off
	Steps        []Timed[Step]
	Phases       []Timed[Phase]
	Marks        []Timed[Mark]
	Requests     []Requests
	Generators   []Generator
	Served       []Timed[Served]
	Scripts      []Timed[Script]
	Queues       []Timed[Queue]
	Expectations []Timed[Expectation]
	Disruptions  []Timed[Disruption]
	HPAs         []Timed[HPA]
	Deployments  []Timed[Deployment]
	Pods         []Timed[Pod]
	Nodes        []Timed[Node]
	Events       []Timed[Event]
	Proms        []Timed[Prom]
	Gaps         []Gap
	Warnings     []Warning
}

// Timed is a fact with the time at which it was observed.
type Timed[T any] struct {
	At time.Time
	V  T
}

// Assemble sorts records into a Run. It fails if the log does not open with
// the run's own record, or if a record lacks the field that its kind names.
func Assemble(records []Record, truncated bool) (*Run, error) {
	if len(records) == 0 || records[0].Run == nil {
		return nil, fmt.Errorf("the log does not begin with a %q record: it is no log of a run, or its first line is lost", KindRun)
	}
	r := &Run{Info: *records[0].Run, Start: records[0].Time, Truncated: truncated}
	for i, rec := range records {
		if rec.Time.After(r.Last) {
			r.Last = rec.Time
		}
		if !r.add(rec) {
			return nil, fmt.Errorf("record %d of kind %q lacks what its kind names, or the kind is unknown", i+1, rec.Kind)
		}
	}
	slices.SortStableFunc(r.Requests, func(a, b Requests) int { return a.Second.Compare(b.Second) })
	slices.SortStableFunc(r.Generators, func(a, b Generator) int { return a.Second.Compare(b.Second) })
	return r, nil
}

func (r *Run) add(rec Record) bool {
	switch rec.Kind {
	case KindRun:
		return rec.Run != nil
	case KindStep:
		return keep(&r.Steps, rec.Time, rec.Step)
	case KindPhase:
		return keep(&r.Phases, rec.Time, rec.Phase)
	case KindMark:
		return keep(&r.Marks, rec.Time, rec.Mark)
	case KindRequests:
		return collect(&r.Requests, rec.Requests)
	case KindGenerator:
		return collect(&r.Generators, rec.Generator)
	case KindServed:
		return keep(&r.Served, rec.Time, rec.Served)
	case KindScript:
		return keep(&r.Scripts, rec.Time, rec.Script)
	case KindQueue:
		return keep(&r.Queues, rec.Time, rec.Queue)
	case KindExpectation:
		return keep(&r.Expectations, rec.Time, rec.Expectation)
	case KindDisruption:
		return keep(&r.Disruptions, rec.Time, rec.Disruption)
	case KindGap:
		return collect(&r.Gaps, rec.Gap)
	case KindWarning:
		return collect(&r.Warnings, rec.Warning)
	case KindEnd:
		r.End = rec.End
		return rec.End != nil
	}
	return r.addCluster(rec)
}

func (r *Run) addCluster(rec Record) bool {
	switch rec.Kind {
	case KindHPA:
		return keep(&r.HPAs, rec.Time, rec.HPA)
	case KindDeployment:
		return keep(&r.Deployments, rec.Time, rec.Deployment)
	case KindPod:
		return keep(&r.Pods, rec.Time, rec.Pod)
	case KindNode:
		return keep(&r.Nodes, rec.Time, rec.Node)
	case KindEvent:
		return keep(&r.Events, rec.Time, rec.Event)
	case KindProm:
		return keep(&r.Proms, rec.Time, rec.Prom)
	}
	return false
}

func keep[T any](to *[]Timed[T], at time.Time, v *T) bool {
	if v == nil {
		return false
	}
	*to = append(*to, Timed[T]{at, *v})
	return true
}

func collect[T any](to *[]T, v *T) bool {
	if v == nil {
		return false
	}
	*to = append(*to, *v)
	return true
}

// Span returns when the named load ran; ok is false if it never started. A
// load that never ended ended with the log.
func (r *Run) Span(load string) (from, to time.Time, ok bool) {
	for _, p := range r.Phases {
		if p.V.Load != load {
			continue
		}
		if p.V.Open {
			from, to, ok = p.At, r.Last, true
		} else if ok {
			to = p.At
		}
	}
	return from, to, ok
}

// LoadSpan returns the span from the first load's start to the last one's end.
func (r *Run) LoadSpan() (from, to time.Time, ok bool) {
	for _, p := range r.Phases {
		if p.V.Load == "" || !p.V.Open {
			continue
		}
		f, t, _ := r.Span(p.V.Load)
		if !ok || f.Before(from) {
			from = f
		}
		if t.After(to) {
			to = t
		}
		ok = true
	}
	return from, to, ok
}
