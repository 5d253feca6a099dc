package observation

import "time"

// Disruption is a stage of one of the plan's disruptions. Each writes one
// record when it was carried out, or could not be, and one when others stood
// in for what was taken away.
type Disruption struct {
	Name  string          `json:"name"`
	Stage DisruptionStage `json:"stage"`
	// From is when it began: right before the API server was asked.
	From time.Time `json:"from"`
	// Pods are those that were deleted, or those that stand in for them.
	Pods  []string `json:"pods,omitempty"`
	Error string   `json:"error,omitempty"` // why it was not carried out
}

// DisruptionStage is how far a disruption has come.
type DisruptionStage string

// The stages of a disruption.
const (
	Disrupted    DisruptionStage = "disrupted"
	NotDisrupted DisruptionStage = "not disrupted"
	// Replaced: as many other pods as were deleted carry their labels and are
	// ready.
	Replaced DisruptionStage = "replaced"
)
