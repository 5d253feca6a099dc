package observation

import (
	"time"

	"github.com/artisan-platform/headroom/runner/stat"
)

// Request is one request that has ended, as a load generator saw it. Response
// time is Ended - Due: what a user would have felt. Started - Due is the
// generator's own lag.
type Request struct {
	Scenario string // the scenario of a script; "" elsewhere
	Name     string // the endpoint: method and path, or the name that a script gave
	Status   int    // HTTP status, 0 if no response came
	Error    string // why no response came; "" otherwise
	Failed   bool   // counts as an error (no response, or an unexpected status)
	ServedBy string // the pod that answered, if it said so
	Due      time.Time
	Started  time.Time
	Ended    time.Time
	BytesIn  int64
	BytesOut int64
}

// Requests is one second of the requests of one load that ended in the same
// way: same scenario, same name, same status class.
type Requests struct {
	Load     string            `json:"load"`
	Scenario string            `json:"scenario,omitempty"`
	Name     string            `json:"name"`
	Class    string            `json:"class"` // 1xx ... 5xx, or "error" if no response came
	Second   time.Time         `json:"second"`
	Count    uint64            `json:"count"`
	Failed   uint64            `json:"failed,omitempty"`
	Response stat.Histogram    `json:"response"`         // ended - due
	Service  stat.Histogram    `json:"service"`          // ended - started
	Causes   map[string]uint64 `json:"causes,omitempty"` // error text or status -> failed requests, at most MaxCauses
	BytesIn  int64             `json:"bytes_in,omitempty"`
	BytesOut int64             `json:"bytes_out,omitempty"`
}

// MaxCauses bounds the distinct causes kept per window; the rest are counted
// under "other".
const MaxCauses = 8

// Generator is one second of a load generator's own health.
type Generator struct {
	Load     string         `json:"load"`
	Second   time.Time      `json:"second"`
	Open     bool           `json:"open"`    // open model: Due counts arrivals of a schedule
	Due      uint64         `json:"due"`     // requests that were due in this second
	Started  uint64         `json:"started"` // requests that started in this second
	Dropped  uint64         `json:"dropped,omitempty"`
	InFlight int64          `json:"in_flight"` // at the end of the second
	VUs      int64          `json:"vus,omitempty"`
	Lag      stat.Histogram `json:"lag"` // started - due of those started
	Health
}

// Health is the state of the process that generates the load, all loads
// together, over one second.
type Health struct {
	CPU float64 `json:"cpu_cores"` // cores used
	// Stall is how late a 10 ms timer fired: the delay that a starved or
	// paused process adds to any request, whatever the target does.
	Stall stat.Histogram `json:"stall"`
}

// Served is the first response that one pod gave to this run.
type Served struct {
	Load string `json:"load"`
	Pod  string `json:"pod"`
}

// Script is the end of a k6-style script: its checks and thresholds.
type Script struct {
	Load        string      `json:"load"`
	Iterations  uint64      `json:"iterations"`
	Interrupted uint64      `json:"interrupted,omitempty"`
	Dropped     uint64      `json:"dropped,omitempty"`
	Exceptions  uint64      `json:"exceptions,omitempty"` // iterations that ended in an exception
	Checks      []Check     `json:"checks,omitempty"`
	Thresholds  []Threshold `json:"thresholds,omitempty"`
	// Counters are the sums of the counters that have samples, the script's
	// own and the engine's.
	Counters map[string]float64 `json:"counters,omitempty"`
	Error    string             `json:"error,omitempty"` // why the script ended early
	// Extensions are the modules k6/x/... that the script imports.
	Extensions []string `json:"extensions,omitempty"`
}

// Check is the count of one check of a script.
type Check struct {
	Name   string `json:"name"`
	Passes uint64 `json:"passes"`
	Fails  uint64 `json:"fails"`
}

// Threshold is one threshold of a script, evaluated at its end.
type Threshold struct {
	Metric   string   `json:"metric"`
	Expr     string   `json:"expr"`
	Samples  uint64   `json:"samples"`
	Observed *float64 `json:"observed,omitempty"` // nil: no samples
	Met      bool     `json:"met"`
}

// Queue is a batch of jobs that a load pushed.
type Queue struct {
	Load   string `json:"load"`
	List   string `json:"list"`
	Pushed int    `json:"pushed"`
	Length int64  `json:"length"` // the list's length right after
}
