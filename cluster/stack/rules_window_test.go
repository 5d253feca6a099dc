package stack

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
)

// TestWindowOfResponseTime pins the minute that the p95 is taken over: the guide
// wants it above a second for five minutes and says no more, and a longer window
// would count a burst of slow answers as a breach that lasts. A sample is in the
// window if it is younger than a minute, so that a millisecond makes the
// difference.
func TestWindowOfResponseTime(t *testing.T) {
	// A hundred answers in 15 s. Those between 2m30s and 2m45s take from 1 to
	// 2.5 s, all others up to one.
	const fast = `0+100x10 1000+100x20`
	const all = `0+100x31`
	series := func(le, values string) string {
		return `response_time_seconds_bucket{namespace="artisan-platform",app="backend",pod="p",endpoint="/health",le="` + le + `"} ` + values + "\n"
	}
	e := newEvaluation(t, series("1", fast)+series("2.5", all)+series("+Inf", all))
	expr := ruleExpr(t, e, "app:response_time_seconds:p95")
	const fastest = 0.95 // of answers that are spread from 0 to 1
	// Of 300 the 285th is the slowest but 15, and 100 took from 1 to 2.5 s.
	const slow = 1 + 1.5*(285-200)/100
	for _, tt := range []struct {
		at   time.Duration
		want float64
	}{
		{165*time.Second - time.Millisecond, fastest}, // what is slow has not been scraped
		{165 * time.Second, slow},
		{210*time.Second - time.Millisecond, slow}, // the scrape before it is 59.999 s old
		{210 * time.Second, fastest},
		{300 * time.Second, fastest},
	} {
		e.now = time.Unix(0, 0).Add(tt.at)
		got, err := e.query(t.Context(), expr)
		if err != nil {
			t.Fatal(err)
		}
		p95, ok := got[`{app="backend", namespace="artisan-platform"}`]
		if !ok || len(got) != 1 || math.Abs(p95.F-tt.want) > 1e-9 {
			t.Errorf("after %v the p95 is %v, want %v", tt.at, got, tt.want)
		}
	}
}

func ruleExpr(t *testing.T, e *evaluation, name string) string {
	t.Helper()
	for _, g := range e.groups {
		for _, r := range g.Rules {
			if r.Record == name || r.Alert == name {
				return r.Expr
			}
		}
	}
	t.Fatalf("there is no rule %s", name)
	return ""
}

// TestTimesOfRules are the windows and the waits of all rules that have one,
// written down a second time: the guide's, and one minute where it says none.
func TestTimesOfRules(t *testing.T) {
	want := map[string]string{
		"HighCPUUsage_as_written":              "over 5m0s for 5m0s",
		"ScalingEventFrequent_as_written":      "over 10m0s for 2m0s",
		"MaxReplicasReached_as_written":        "for 5m0s",
		"pod:cpu_usage:cores":                  "over 5m0s",
		"app:response_time_seconds:p95":        "over 1m0s",
		"cache:hits:ratio":                     "over 1m0s",
		"HighCPUUsage":                         "for 5m0s",
		"ScalingEventFrequent":                 "for 2m0s",
		"MaxReplicasReached":                   "for 5m0s",
		"ScalingTriggerCPU":                    "for 10m0s",
		"ScalingTriggerMemory":                 "for 10m0s",
		"ScalingTriggerResponseTime":           "for 5m0s",
		"CircuitBreakerOpen":                   "for 30s",
		"component:scaling_events:increase10m": "over 10m0s",
	}
	got := make(map[string]string)
	for _, g := range newEvaluation(t, `up 1`).groups {
		for _, r := range g.Rules {
			text := ""
			for _, w := range windows(t, r.Expr) {
				text += fmt.Sprintf("over %v ", w)
			}
			if r.For != 0 {
				text += fmt.Sprintf("for %v ", time.Duration(r.For))
			}
			if text != "" {
				got[r.Record+r.Alert] = text[:len(text)-1]
			}
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("the rules have\n%v, want\n%v", got, want)
	}
}

// windows are the ranges that an expression looks back over, each once.
func windows(t *testing.T, expr string) (all []time.Duration) {
	t.Helper()
	e, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		t.Fatal(err)
	}
	parser.Inspect(e, func(n parser.Node, _ []parser.Node) error {
		if m, ok := n.(*parser.MatrixSelector); ok && !slices.Contains(all, m.Range) {
			all = append(all, m.Range)
		}
		return nil
	})
	return all
}
