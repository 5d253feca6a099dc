// Package summary is what a test came to, and its renderings: the text at the
// end of a test, the object that handleSummary gets, the older export and the
// machine-readable summary. It is pure: the same data always gives the same
// text.
package summary

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// Data is what a test came to.
type Data struct {
	Metrics   []Metric  // metrics and sub-metrics with samples or thresholds
	Root      Group     // groups and checks in the order first seen
	Scenarios []Section // for the full text; may be empty
	Names     []Name    // of endpoints

	TrendStats []string // as in summaryTrendStats; empty: DefaultTrendStats
	TimeUnit   string   // s, ms or us; "": whatever fits each value

	Duration    time.Duration
	GeneratedAt time.Time // of the machine-readable summary
	Version     string    // of the engine
	SetupData   string    // JSON, "" if there is none
	Script      string    // its path
	Execution   string    // "local", for example

	StdOutTTY, StdErrTTY, NoColor bool

	Generator []string // lines about the health of the load generator
	Warnings  []string // shown at the end
}

// Metric is a metric or the part of one that carries certain tags.
type Metric struct {
	Name       string // "http_req_duration{expected_response:true}"
	Base       string // the metric that it is (a part of); "": Name up to the brace
	Kind       metric.Kind
	Contains   string // what its values are: default, time or data
	Values     metric.Values
	Thresholds []Threshold
}

// Threshold is how one threshold of a metric ended.
type Threshold struct {
	Expr     string // as it was written
	OK       bool
	Observed *float64 // nil: there were no samples
	Abort    bool     // crossing it ends the test
}

// Group is a group of a script with what it holds. The root has no name.
type Group struct {
	Name   string  `json:"name"`
	Path   string  `json:"path"` // "::outer::inner"
	Groups []Group `json:"groups"`
	Checks []Check `json:"checks"`
}

// Check is how often a check held.
type Check struct {
	Name   string `json:"name"`
	Path   string `json:"path"` // "::outer::status is 200"
	Passes uint64 `json:"passes"`
	Fails  uint64 `json:"fails"`
}

// Section is the part of a test that ran in one scenario, or in one group of
// it.
type Section struct {
	Name    string
	Metrics []Metric
	Checks  []Check
	Groups  []Section
}

// Name is what the requests to one endpoint came to.
type Name struct {
	Name             string
	Requests, Failed uint64
	Response         *Times // nil: no request has ended
	FromDue          *Times // from when they were due; nil in a closed model
}

// Times are milliseconds.
type Times struct{ Avg, P95, P99, Max float64 }

// ID identifies a group or check by its path.
func ID(path string) string {
	sum := md5.Sum([]byte(path))
	return hex.EncodeToString(sum[:])
}

// Mode is how much the text tells.
type Mode string

// The modes.
const (
	Compact  Mode = "compact"
	Full     Mode = "full" // all metrics, and each scenario and group
	Disabled Mode = "disabled"
)

// ParseMode reads a mode; "" is Compact.
func ParseMode(s string) (Mode, error) {
	switch m := Mode(s); m {
	case "":
		return Compact, nil
	case Compact, Full, Disabled:
		return m, nil
	}
	return "", fmt.Errorf("summary mode %q does not exist: there are compact, full and disabled", s)
}

// ParseTimeUnit reads a unit of time; "" leaves the choice to each value.
func ParseTimeUnit(s string) (string, error) {
	switch s {
	case "", "s", "ms", "us":
		return s, nil
	}
	return "", fmt.Errorf("summary time unit %q does not exist: there are s, ms and us", s)
}

// part is the selector of a part of a metric, "" for a whole one.
func part(name, base string) string {
	if base == "" || base == name || len(name) <= len(base) || name[:len(base)] != base {
		return ""
	}
	return name[len(base):]
}
