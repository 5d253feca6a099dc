package observation

import "time"

// Expectation is what a script expected of the platform by k6/x/artisan, and
// what it saw. The record's time is that of the answer.
type Expectation struct {
	Load    string             `json:"load,omitempty"`
	Name    string             `json:"name"`             // "HPA artisan-platform-backend-hpa: desired replicas"
	Limit   string             `json:"limit"`            // with its comparison: ">= 7 within 1m15s, not before 45s"
	Seen    string             `json:"seen,omitempty"`   // "7 after 52.5s"; "" if nothing was
	Margin  string             `json:"margin,omitempty"` // distance to the limit, signed: + is room left
	Outcome ExpectationOutcome `json:"outcome"`
	Cause   string             `json:"cause,omitempty"` // why it was missed, or is not known
	From    time.Time          `json:"from"`            // when the script began to wait
	Samples uint64             `json:"samples"`         // how many observations stand behind what was seen
	Cut     bool               `json:"cut,omitempty"`   // the iteration was interrupted while it waited; the outcome is Unknown
}

// ExpectationOutcome is what became of an expectation.
type ExpectationOutcome string

// The outcomes of an expectation.
const (
	Met    ExpectationOutcome = "met"
	Missed ExpectationOutcome = "missed"
	// Unknown: nothing was seen that could decide, or the wait was cut off.
	Unknown ExpectationOutcome = "unknown"
)
