// Package option reads the options of a k6-style script, wherever they are
// given: what they are worth, what is wrong with them, and which scenarios
// they amount to.
package option

import (
	"time"

	"github.com/artisan-platform/headroom/runner/executor"
	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/summary"
	"github.com/artisan-platform/headroom/runner/script/threshold"
)

// Options are the options of a test, with defaults in place.
type Options struct {
	Scenarios  []Scenario // at least one
	Thresholds []Threshold
	Tags       map[string]string // of every sample
	SystemTags SystemTags

	Segment  executor.Segment // this instance's share of the whole
	sequence string           // of all segments, as it was written
	segment  string

	SetupTimeout, TeardownTimeout, SummaryTimeout time.Duration
	NoSetup, NoTeardown, NoThresholds             bool
	Paused, Linger                                bool

	MinIteration time.Duration // an iteration lasts at least so long
	Throw        bool          // failed requests throw
	RPS          int64         // most requests a second; 0: no limit

	HTTP    HTTP
	Network Network
	Summary Summary

	// Warnings are what a person should know that is no error.
	Warnings []Problem
}

// HTTP are the options of the HTTP client.
type HTTP struct {
	MaxRedirects          int
	Batch, BatchPerHost   int
	UserAgent             string // "" sends no header
	Debug                 string // "", "headers" or "full"
	DiscardResponseBodies bool
	NoConnectionReuse     bool
	NoVUConnectionReuse   bool
	NoCookiesReset        bool
}

// Summary are the options of the summary at the end.
type Summary struct {
	TrendStats []string
	TimeUnit   string // s, ms, us or "" (what fits each value)
}

// Scenario is one scenario of a script.
type Scenario struct {
	Name         string
	ExecutorName string            // as scripts write it: "ramping-vus"
	Executor     executor.Executor // of the whole test; see Options.Executor
	Exec         string            // the exported function that an iteration calls
	Start        time.Duration
	Env          map[string]string
	Tags         map[string]string
	settings     settings
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
	from          *Layer
}

// Problem places a text at what declares the threshold.
func (t Threshold) Problem(text string) Problem {
	return Problem{Path: t.declaredUnder, Text: text, From: t.from}
}

func defaults() Options {
	return Options{
		SetupTimeout: time.Minute, TeardownTimeout: time.Minute, SummaryTimeout: 2 * time.Minute,
		SystemTags: defaultSystemTags,
		HTTP:       HTTP{MaxRedirects: 10, Batch: 20, BatchPerHost: 6, UserAgent: "headroom"},
		Network:    Network{DNS: DNS{TTL: 5 * time.Minute, Select: "random", Policy: "preferIPv4"}},
		Summary:    Summary{TrendStats: summary.DefaultTrendStats},
	}
}

// known is how each option is read, besides those that say what runs.
func known(o *Options) map[string]func(node) {
	set := map[string]func(node){
		"thresholds":           func(n node) { o.Thresholds = thresholds(n) },
		"tags":                 func(n node) { o.Tags = n.stringMap() },
		"systemTags":           func(n node) { o.SystemTags = systemTags(n) },
		"setupTimeout":         func(n node) { o.SetupTimeout = n.duration() },
		"teardownTimeout":      func(n node) { o.TeardownTimeout = n.duration() },
		"handleSummaryTimeout": func(n node) { o.SummaryTimeout = n.duration() },
		"noSetup":              func(n node) { o.NoSetup = n.boolean() },
		"noTeardown":           func(n node) { o.NoTeardown = n.boolean() },
		"noThresholds":         func(n node) { o.NoThresholds = n.boolean() },
		"paused":               func(n node) { o.Paused = n.boolean() },
		"linger":               func(n node) { o.Linger = n.boolean() },
		"minIterationDuration": func(n node) { o.MinIteration = n.duration() },
		"throw":                func(n node) { o.Throw = n.boolean() },
		"rps":                  func(n node) { o.RPS = n.whole(0, 1e7) },
		"summaryTrendStats":    func(n node) { o.Summary.TrendStats = trendStats(n) },
		"summaryTimeUnit":      func(n node) { o.Summary.TimeUnit = n.oneOf("", "s", "ms", "us") },

		"executionSegment":         func(n node) { o.segment = n.str() },
		"executionSegmentSequence": func(n node) { o.sequence = n.str() },
	}
	o.HTTP.known(set)
	o.Network.known(set)
	for _, name := range harmless {
		set[name] = func(node) {}
	}
	return set
}

func (o *HTTP) known(set map[string]func(node)) {
	set["maxRedirects"] = func(n node) { o.MaxRedirects = int(n.whole(0, 1000)) }
	set["batch"] = func(n node) { o.Batch = int(n.whole(1, 10_000)) }
	set["batchPerHost"] = func(n node) { o.BatchPerHost = int(n.whole(0, 10_000)) }
	set["userAgent"] = func(n node) { o.UserAgent = n.str() }
	set["httpDebug"] = func(n node) { o.Debug = n.oneOf("", "headers", "full") }
	set["discardResponseBodies"] = func(n node) { o.DiscardResponseBodies = n.boolean() }
	set["noConnectionReuse"] = func(n node) { o.NoConnectionReuse = n.boolean() }
	set["noVUConnectionReuse"] = func(n node) { o.NoVUConnectionReuse = n.boolean() }
	set["noCookiesReset"] = func(n node) { o.NoCookiesReset = n.boolean() }
}

// harmless are options of k6 for its own services, or of no effect there
// either.
var harmless = []string{"cloud", "ext", "noUsageReport", "vusMax"}

func trendStats(n node) []string {
	var stats []string
	for _, s := range n.list() {
		text := s.str()
		if _, err := summary.ParseTrendStat(text); err != nil {
			s.wrong("%v", err)
		}
		stats = append(stats, text)
	}
	return stats
}
