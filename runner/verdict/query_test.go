package verdict

import (
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

// answers are evaluations five seconds apart, one per word: a number, or an
// outcome.
func answers(words string) []observation.Prom {
	values := map[string]observation.Float{"1": 1, "2": 2, "9": 9}
	var out []observation.Prom
	for i, w := range strings.Fields(words) {
		p := observation.Prom{Query: "q", At: start.Add(time.Duration(i) * 5 * time.Second), Outcome: observation.PromOutcome(w)}
		if v, ok := values[w]; ok {
			p.Outcome, p.Series = observation.PromValue, []observation.PromSeries{{Value: v}, {Value: 1}}
		}
		out = append(out, p)
	}
	return out
}

func TestQuery(t *testing.T) {
	const most, least = 5.0, 1.5
	tests := []struct {
		name, answers string
		min           bool
		hold          time.Duration
		want          Value
		value         string
	}{
		{"below the max", "1 2 1 2 1", false, 0, Pass, "2"},
		{"above the max once", "1 9 1 2 1", false, 0, Fail, "9"},
		{"above for too short a time", "1 9 9 2 1", false, 10 * time.Second, Pass, "9"},
		{"above for too long", "1 9 9 9 1", false, 10 * time.Second, Fail, "9"},
		{"above, and then blind: the fail stays", "9 9 error error error error error error error error", false, 0, Fail, "9"},
		{"below the min", "2 2", true, 0, Fail, "1"},
		{"nothing asked", "", false, 0, Inconclusive, none},
		{"all empty", "empty empty", false, 0, Inconclusive, none},
		{"all NaN", "nan nan", false, 0, Inconclusive, none},
		{"all stale", "stale", false, 0, Inconclusive, none},
		{"all errors", "error", false, 0, Inconclusive, none},
		{"a value without a series", "value", false, 0, Inconclusive, none},
		{"empty at the start, for a while", "empty empty 1 1 1", false, 0, Pass, "1"},
		{"blind for too long", "1 nan nan nan nan nan nan nan 1", false, 0, Inconclusive, "1"},
		{"silent for too long", "1", false, 0, Inconclusive, "1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, p := measured(), plan()
			s.proms = answers(tt.answers)
			s.seconds, s.perSecond = max(5*len(s.proms), 40), 10
			if tt.name == "silent for too long" {
				s.seconds = 60
			}
			o := spec.QueryLimit{Name: "the query", Query: "q", For: tt.hold}
			if m, l := most, least; tt.min {
				o.Min = &l
			} else {
				o.Max = &m
			}
			p.Objectives = spec.Objectives{Queries: []spec.QueryLimit{o}, Generator: p.Objectives.Generator}
			got := s.judge(t, p).Objectives[0]
			if got.Verdict != tt.want || got.Value != tt.value {
				t.Errorf("got %+v, want %s with value %s", got, tt.want, tt.value)
			}
		})
	}
}

func TestScripts(t *testing.T) {
	value := 0.4
	tests := []struct {
		name      string
		threshold observation.Threshold
		lag       time.Duration
		want      Value
	}{
		{"met", observation.Threshold{Metric: "http_req_duration", Expr: "p(95)<1000", Samples: 9, Observed: &value, Met: true}, 0, Pass},
		{"not met", observation.Threshold{Metric: "http_req_duration", Expr: "p(95)<1", Samples: 9, Observed: &value}, 0, Fail},
		{"no samples", observation.Threshold{Metric: "checks", Expr: "rate>0.9", Met: true}, 0, Inconclusive},
		{"nothing observed", observation.Threshold{Metric: "checks", Expr: "rate>0.9", Samples: 5, Met: true}, 0, Inconclusive},
		{"met by a stalled generator", observation.Threshold{Metric: "http_req_duration{x:y}", Expr: "p(95)<1000", Samples: 9, Observed: &value, Met: true}, time.Second, Inconclusive},
		{"not met by a stalled generator", observation.Threshold{Metric: "checks", Expr: "rate>0.9", Samples: 9, Observed: &value}, time.Second, Inconclusive},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, p := measured(), plan()
			p.Loads = append(p.Loads, spec.Load{Name: "script", Script: &spec.Script{File: "load-test.js"}})
			p.Objectives = spec.Objectives{Generator: p.Objectives.Generator}
			s.thresholds = []observation.Threshold{tt.threshold}
			s.extra = []observation.Record{{Time: start, Kind: observation.KindGenerator,
				Generator: &observation.Generator{Load: "script", Second: start, Health: observation.Health{Stall: many(90, tt.lag)}}}}
			if got := s.judge(t, p).Objectives[0]; got.Verdict != tt.want || got.Group != groupScript {
				t.Errorf("got %+v, want %s", got, tt.want)
			}
		})
	}
}

func TestScriptWithoutSummary(t *testing.T) {
	p := plan()
	p.Loads[0] = spec.Load{Name: "step", Script: &spec.Script{File: "load-test.js"}}
	r := measured().judge(t, p)
	for _, o := range r.Objectives {
		if o.Name == "script of step" && o.Verdict == Inconclusive {
			return
		}
	}
	t.Errorf("a script that left no summary is not mentioned: %+v", r.Objectives)
}
