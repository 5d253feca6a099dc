// Package observation holds the facts of a run and the append-only log that
// keeps them. Judging and reporting work from the log alone, so whatever they
// need is a record here; no record holds an opinion.
package observation

import (
	"time"
)

// Kind names the one field of a Record that is set.
type Kind string

// The kinds of record, in the order in which a run usually writes them.
const (
	KindRun         Kind = "run"
	KindStep        Kind = "step"
	KindPhase       Kind = "phase"
	KindMark        Kind = "mark"
	KindRequests    Kind = "requests"
	KindGenerator   Kind = "generator"
	KindServed      Kind = "served"
	KindScript      Kind = "script"
	KindQueue       Kind = "queue"
	KindExpectation Kind = "expectation"
	KindDisruption  Kind = "disruption"
	KindHPA         Kind = "hpa"
	KindDeployment  Kind = "deployment"
	KindPod         Kind = "pod"
	KindNode        Kind = "node"
	KindEvent       Kind = "event"
	KindProm        Kind = "prom"
	KindGap         Kind = "gap"
	KindWarning     Kind = "warning"
	KindEnd         Kind = "end"
)

// Record is one fact: when it was observed, by the runner's clock, and what.
// Exactly the field that Kind names is set.
type Record struct {
	Time time.Time `json:"t"`
	Kind Kind      `json:"kind"`

	Run         *RunInfo     `json:"run,omitempty"`
	Step        *Step        `json:"step,omitempty"`
	Phase       *Phase       `json:"phase,omitempty"`
	Mark        *Mark        `json:"mark,omitempty"`
	Requests    *Requests    `json:"requests,omitempty"`
	Generator   *Generator   `json:"generator,omitempty"`
	Served      *Served      `json:"served,omitempty"`
	Script      *Script      `json:"script,omitempty"`
	Queue       *Queue       `json:"queue,omitempty"`
	Expectation *Expectation `json:"expectation,omitempty"`
	Disruption  *Disruption  `json:"disruption,omitempty"`
	HPA         *HPA         `json:"hpa,omitempty"`
	Deployment  *Deployment  `json:"deployment,omitempty"`
	Pod         *Pod         `json:"pod,omitempty"`
	Node        *Node        `json:"node,omitempty"`
	Event       *Event       `json:"event,omitempty"`
	Prom        *Prom        `json:"prom,omitempty"`
	Gap         *Gap         `json:"gap,omitempty"`
	Warning     *Warning     `json:"warning,omitempty"`
	End         *End         `json:"end,omitempty"`
}

// Sink takes facts as they are observed. It is safe for concurrent use and
// keeps the order of one caller's records. It does not fail: a log that cannot
// be written ends the run by the run's own means.
type Sink interface {
	Observe(Record)
}

// RunInfo opens the log: what was run, by what, on what.
type RunInfo struct {
	ID       string            `json:"id"`
	Headroom string            `json:"headroom"` // version of the program
	PlanFile string            `json:"plan_file"`
	Plan     string            `json:"plan"`              // the plan's text as it was run
	Scripts  map[string]string `json:"scripts,omitempty"` // path as the plan names it -> text
	// Durations says how long each script runs by its own options, by the
	// load's name: only an engine can tell, and judging runs none.
	Durations  map[string]time.Duration `json:"durations_ns,omitempty"`
	AllowHosts []string                 `json:"allow_hosts,omitempty"` // that load was allowed to besides this machine
	Host       Host                     `json:"host"`
}

// Host describes the machine that generated the load.
type Host struct {
	Name   string `json:"name"`
	OS     string `json:"os"`
	Cores  int    `json:"cores"`
	Memory uint64 `json:"memory_bytes"`
}

// Step is one step of preparing or cleaning up, after it ended.
type Step struct {
	Name     string        `json:"name"`
	Duration time.Duration `json:"duration_ns"`
	Error    string        `json:"error,omitempty"`
}

// Phase is a boundary of the run: setup, load, settle, teardown. A load of the
// plan opens and closes a phase of its own, named after it.
type Phase struct {
	Name string `json:"name"`
	Load string `json:"load,omitempty"` // the load's name, if the phase is a load's
	Open bool   `json:"open"`           // true at its start, false at its end
}

// Mark is a moment that somebody wanted to find on the report's axis.
type Mark struct {
	Name string `json:"name"`
}

// Gap says that a source was blind for a while. Judging must not read silence
// between From and To as calm.
type Gap struct {
	Source string    `json:"source"` // "watch hpa", "prometheus p95", "custom metrics", ...
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Reason string    `json:"reason"`
}

// Warning is something a person should know that is no objective.
type Warning struct {
	Source string `json:"source"`
	Text   string `json:"text"`
}

// Outcome says how a run ended.
type Outcome string

// The outcomes of a run.
const (
	Completed   Outcome = "completed"
	Interrupted Outcome = "interrupted"
	Broken      Outcome = "broken" // the harness itself failed
)

// End closes the log. A log without it belongs to a run that was killed.
type End struct {
	Outcome Outcome `json:"outcome"`
	Cause   string  `json:"cause,omitempty"`
}
