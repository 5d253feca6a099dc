// Package option reads the options of a k6-style script: what they are worth,
// what is wrong with them, and which scenarios they amount to.
package option

import (
	"fmt"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/executor"
	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/threshold"
)

// Options are the options of a script, with defaults in place.
type Options struct {
	Scenarios       []Scenario // at least one
	Thresholds      []Threshold
	Tags            map[string]string // of every sample
	SetupTimeout    time.Duration
	TeardownTimeout time.Duration
	MinIteration    time.Duration // an iteration lasts at least so long
	Throw           bool          // failed requests throw
	HTTP            HTTP

	// Warnings are what a person should know that is no error.
	Warnings []Problem
}

// HTTP are the options of the HTTP client.
type HTTP struct {
	MaxRedirects          int
	Batch, BatchPerHost   int
	UserAgent             string
	DiscardResponseBodies bool
	InsecureSkipTLSVerify bool
	NoConnectionReuse     bool
	NoVUConnectionReuse   bool
	NoCookiesReset        bool
}

// Scenario is one scenario of a script.
type Scenario struct {
	Name         string
	ExecutorName string // as scripts write it: "ramping-vus"
	Executor     executor.Executor
	Exec         string // the exported function that an iteration calls
	Start        time.Duration
	Env          map[string]string
	Tags         map[string]string
}

// Threshold is one threshold, with what it applies to.
type Threshold struct {
	Key           string // as it was written: "http_req_duration{name:home}"
	Metric        string
	Selector      []metric.Tag
	Expr          threshold.Expr
	AbortOnFail   bool
	DelayAbort    time.Duration
	declaredUnder []string
}

// Path is where the options declare the threshold.
func (t Threshold) Path() []string { return t.declaredUnder }

// Problem is one thing that is wrong, and where.
type Problem struct {
	Path []string // from the options downwards
	Text string
}

func (p Problem) String() string {
	return strings.Join(append([]string{"options"}, p.Path...), ".") + ": " + p.Text
}

// Problems are all that is wrong with the options.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

func defaults() Options {
	return Options{
		SetupTimeout: time.Minute, TeardownTimeout: time.Minute,
		HTTP: HTTP{MaxRedirects: 10, Batch: 20, BatchPerHost: 6, UserAgent: "headroom"},
	}
}

// Decode reads options from JSON. Empty text is no options at all. An error
// is of type Problems, unless the text is no JSON.
func Decode(text []byte) (Options, error) {
	o, out, e := defaults(), &report{}, execution{}
	if len(text) > 0 {
		v, err := parse(text)
		if err != nil {
			return Options{}, err
		}
		if v != nil {
			root := node{v: v, out: out}
			root.fields(known(&o, &e))
		}
	}
	o.Scenarios = e.resolve(out)
	o.Warnings = out.warnings
	if len(out.problems) > 0 {
		return Options{}, out.problems
	}
	return o, nil
}

// known is how each option is read. The execution options are gathered first
// and made sense of together.
func known(o *Options, e *execution) map[string]func(node) {
	set := map[string]func(node){
		"vus":        func(n node) { e.vus = ptr(n.vus()) },
		"duration":   func(n node) { e.duration = ptr(n.duration()) },
		"iterations": func(n node) { e.iterations = ptr(uint64(n.whole(1, 1<<52))) },
		"stages":     func(n node) { e.stages = ptr(stages(n)) },
		"scenarios":  func(n node) { e.scenarios = ptr(scenarios(n)) },

		"thresholds":           func(n node) { o.Thresholds = thresholds(n) },
		"tags":                 func(n node) { o.Tags = n.stringMap() },
		"setupTimeout":         func(n node) { o.SetupTimeout = n.duration() },
		"teardownTimeout":      func(n node) { o.TeardownTimeout = n.duration() },
		"minIterationDuration": func(n node) { o.MinIteration = n.duration() },
		"throw":                func(n node) { o.Throw = n.boolean() },

		"maxRedirects":          func(n node) { o.HTTP.MaxRedirects = int(n.whole(0, 1000)) },
		"batch":                 func(n node) { o.HTTP.Batch = int(n.whole(1, 10_000)) },
		"batchPerHost":          func(n node) { o.HTTP.BatchPerHost = int(n.whole(0, 10_000)) },
		"userAgent":             func(n node) { o.HTTP.UserAgent = n.str() },
		"discardResponseBodies": func(n node) { o.HTTP.DiscardResponseBodies = n.boolean() },
		"insecureSkipTLSVerify": func(n node) { o.HTTP.InsecureSkipTLSVerify = n.boolean() },
		"noConnectionReuse":     func(n node) { o.HTTP.NoConnectionReuse = n.boolean() },
		"noVUConnectionReuse":   func(n node) { o.HTTP.NoVUConnectionReuse = n.boolean() },
		"noCookiesReset":        func(n node) { o.HTTP.NoCookiesReset = n.boolean() },
	}
	for _, name := range notSupported {
		set[name] = func(n node) { n.warn("this option is not supported yet and has no effect") }
	}
	for _, name := range harmless {
		set[name] = func(node) {}
	}
	return set
}

// notSupported are options of k6 that would change what a script does, and do
// not here.
var notSupported = []string{
	"blacklistIPs", "blockHostnames", "dns", "executionSegment", "executionSegmentSequence", "hosts", "httpDebug",
	"linger", "paused", "rps", "systemTags", "tlsAuth", "tlsAIAFetch", "tlsCipherSuites", "tlsVersion",
	"handleSummaryTimeout", "summaryTrendStats", "summaryTimeUnit", "localIPs",
}

// harmless are options of k6 for its own services.
var harmless = []string{"cloud", "ext", "noUsageReport", "vusMax"}

func ptr[T any](v T) *T { return &v }

// WithStages replaces all that the script says about its execution by one
// ramp of virtual users, as stages on the command line do.
func (o Options) WithStages(s []executor.Stage) Options {
	if only := o.Scenarios[0]; len(o.Scenarios) > 1 || only.Name != defaultScenario {
		o.Warnings = append(o.Warnings, Problem{Path: []string{"scenarios"},
			Text: fmt.Sprintf("%d scenarios are replaced by the stages of the plan", len(o.Scenarios))})
	}
	e := execution{stages: &s}
	o.Scenarios = e.resolve(&report{})
	return o
}
