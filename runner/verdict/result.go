// Package verdict is the judge: objectives and observations in, a verdict with
// evidence out. It is pure, so that the same log gives the same bytes.
package verdict

import (
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

// Value is a verdict. Silence is never success: what could not be measured is
// inconclusive.
type Value string

// The three verdicts.
const (
	Pass         Value = "pass"
	Fail         Value = "fail"
	Inconclusive Value = "inconclusive"
)

// Result is the verdict on one run. Its JSON form is result.json; the schema
// is documented in docs/result-json.md.
type Result struct {
	Schema      string                `json:"schema"` // "headroom.result/v1"
	Run         string                `json:"run"`
	Plan        string                `json:"plan"`
	Headroom    string                `json:"headroom"`
	Start       time.Time             `json:"start"`
	End         time.Time             `json:"end"`
	Outcome     string                `json:"outcome"` // completed, interrupted, broken, or "killed" if the log has no end
	Verdict     Value                 `json:"verdict"`
	Reason      string                `json:"reason"` // one sentence: the objective that decided, with its cause
	Objectives  []Objective           `json:"objectives"`
	Events      []ScaleEvent          `json:"scale_events"`
	Disruptions []Disruption          `json:"disruptions,omitempty"`
	Loads       []LoadStat            `json:"loads"`
	Gaps        []observation.Gap     `json:"gaps,omitempty"`
	Warnings    []observation.Warning `json:"warnings,omitempty"`
}

// Objective is one objective, judged.
type Objective struct {
	Name     string `json:"name"`
	Group    string `json:"group"` // latency, errors, scale-out, query, recovery, counter, generator, script, expectation, run
	Verdict  Value  `json:"verdict"`
	Value    string `json:"value"`  // measured, with unit; "-" if nothing was
	Limit    string `json:"limit"`  // with comparison: "<= 1s"
	Margin   string `json:"margin"` // distance to the limit, signed: + is room left
	Samples  uint64 `json:"samples"`
	Evidence string `json:"evidence"`        // where to look: record kinds and times
	Cause    string `json:"cause,omitempty"` // why it failed or could not be decided, and what to look at
}

// Moment is a time known only to lie between two observations.
type Moment struct {
	Earliest time.Time `json:"earliest"`
	Latest   time.Time `json:"latest"`
}

// ScaleEvent is one rise (or fall) of an HPA's desired replicas, from the
// breach to the first request that the last new pod served. A nil stage was
// not observed.
type ScaleEvent struct {
	HPA       string       `json:"hpa"`
	From      int32        `json:"from"`
	To        int32        `json:"to"`
	Breach    *Moment      `json:"breach,omitempty"`
	Decide    *Moment      `json:"decide,omitempty"`
	Reached   *Moment      `json:"reached,omitempty"` // the last step, to To
	Scheduled *Moment      `json:"scheduled,omitempty"`
	Ready     *Moment      `json:"ready,omitempty"`
	Serving   *Moment      `json:"serving,omitempty"`
	Recovered *Moment      `json:"recovered,omitempty"`
	Longest   string       `json:"longest,omitempty"`   // the stage that took longest, by its name here: decide, reached, scheduled ...
	Allowed   int32        `json:"allowed"`             // most (fewest) replicas that the policies allowed at Decide
	Steps     []LadderStep `json:"steps,omitempty"`     // of a whole rise: each change of desired
	Predicted []LadderStep `json:"predicted,omitempty"` // the ladder that the rules predict for the same rise
}

// LadderStep is one change of the desired count.
type LadderStep struct {
	At      time.Duration `json:"at_ns"` // after Breach.Latest, when the HPA was seen to ask; after the first step if no breach was
	From    int32         `json:"from"`
	To      int32         `json:"to"`
	Allowed int32         `json:"allowed,omitempty"`
}

// Disruption is what became of a disruption, and how it was felt by all loads
// together until it was over: as its first objective says, or else with every
// request of 15 s in a row well.
type Disruption struct {
	Name           string         `json:"name"`
	At             time.Time      `json:"at,omitzero"`                  // when it began; left out if it was not carried out
	Deleted        []string       `json:"deleted,omitempty"`            // pods
	Replaced       []string       `json:"replaced,omitempty"`           // pods that stand in for them
	ReplacedAfter  *time.Duration `json:"replaced_after_ns,omitempty"`  // from At until they were ready
	RecoveredAfter *time.Duration `json:"recovered_after_ns,omitempty"` // from At; 0 if it was not felt, left out if it was not over
	Requests       uint64         `json:"requests"`                     // that ended until then
	Failed         uint64         `json:"failed"`                       // of them
	Slowest        time.Duration  `json:"slowest_ns"`                   // response of them, from due time
	Error          string         `json:"error,omitempty"`              // why it was not carried out
}

// LoadStat sums up one load. Its times are of every request, those without a
// response included; the latency objectives leave those out.
type LoadStat struct {
	Load     string        `json:"load"`
	Requests uint64        `json:"requests"`
	Failed   uint64        `json:"failed"`
	Due      uint64        `json:"due"`
	Dropped  uint64        `json:"dropped"`
	Offered  float64       `json:"offered_rps"`  // mean over the load's span
	Achieved float64       `json:"achieved_rps"` // mean over the load's span
	P50      time.Duration `json:"p50_ns"`
	P95      time.Duration `json:"p95_ns"`
	P99      time.Duration `json:"p99_ns"`
	Max      time.Duration `json:"max_ns"`
	LagP99   time.Duration `json:"lag_p99_ns"`
}
