package predict

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

const s = time.Second

// The scale-up rules of the guide's HPAs.
var (
	backendUp = observation.Rules{Window: 60 * s, Select: "Max", Policies: []observation.Policy{
		{Type: Percent, Value: 100, Period: 30 * s}, {Type: Pods, Value: 4, Period: 60 * s}}}
	backendDown = observation.Rules{Window: 300 * s, Select: "Min", Policies: []observation.Policy{
		{Type: Percent, Value: 50, Period: 60 * s}, {Type: Pods, Value: 2, Period: 60 * s}}}
	workerUp = observation.Rules{Window: 30 * s, Select: "Max", Policies: []observation.Policy{
		{Type: Pods, Value: 3, Period: 30 * s}}}
	defaultUp = observation.Rules{Select: "Max", Policies: []observation.Policy{
		{Type: Pods, Value: 4, Period: 15 * s}, {Type: Percent, Value: 100, Period: 15 * s}}}
	defaultDown = observation.Rules{Window: 300 * s, Select: "Max", Policies: []observation.Policy{
		{Type: Percent, Value: 100, Period: 15 * s}}}
)

func constant(n int32) func(time.Duration) int32 { return func(time.Duration) int32 { return n } }

func TestLadder(t *testing.T) {
	tests := []struct {
		name string
		rise Rise
		want []Step
	}{
		{"the guide's backend", Rise{Up: backendUp, Down: backendDown, Min: 3, Max: 20, From: 3, Until: 300 * s, Demand: Unlimited},
			[]Step{{45 * s, 3, 7}, {75 * s, 7, 14}, {105 * s, 14, 20}}},
		{"the guide's worker", Rise{Up: workerUp, Down: defaultDown, Min: 2, Max: 15, From: 2, Until: 300 * s, Demand: Unlimited},
			[]Step{{15 * s, 2, 5}, {45 * s, 5, 8}, {75 * s, 8, 11}, {105 * s, 11, 14}, {135 * s, 14, 15}}},
		{"the guide's frontend", Rise{Up: defaultUp, Down: defaultDown, Min: 2, Max: 10, From: 2, Until: 60 * s, Demand: Unlimited},
			[]Step{{0, 2, 6}, {15 * s, 6, 10}}},
		{"a demand below the limit", Rise{Up: backendUp, Down: backendDown, Min: 3, Max: 20, From: 3, Until: 300 * s, Demand: constant(5)},
			[]Step{{45 * s, 3, 5}}},
		{"the 10 s of a blip are no rise", Rise{Up: backendUp, Down: backendDown, Min: 3, Max: 20, From: 3, Until: 300 * s,
			Demand: func(at time.Duration) int32 {
				if at < 10*s {
					return 20
				}
				return 3
			}}, nil},
		{"scale-up disabled", Rise{Up: observation.Rules{Select: Disabled, Policies: backendUp.Policies}, Down: backendDown, Min: 3, Max: 20, From: 3, Until: 300 * s, Demand: Unlimited}, nil},
		{"below the minimum", Rise{Up: backendUp, Down: backendDown, Min: 8, Max: 20, From: 3, Until: 10 * s, Demand: constant(3)}, []Step{{0, 3, 8}}},
		{"above the maximum", Rise{Up: backendUp, Down: backendDown, Min: 3, Max: 10, From: 15, Until: 10 * s, Demand: Unlimited}, []Step{{0, 15, 10}}},
		{"cool-down of the backend: never more than 2 a minute", Rise{Up: backendUp, Down: backendDown, Min: 3, Max: 20, From: 9, Until: 480 * s, Demand: constant(3)},
			[]Step{{285 * s, 9, 7}, {345 * s, 7, 5}, {405 * s, 5, 3}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Ladder(tt.rise); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestLadderOfARealRun replays a run on kind: 2,150 requests/s from 0, the
// metric a 30 s rate that fills slowly. The HPA took 3, 5, 7, 10, 14, 20.
func TestLadderOfARealRun(t *testing.T) {
	seen := []int32{5, 18, 22, 21, 23, 26, 24, 30, 28} // ceil(rps per pod * pods / 100), a sync apart
	sync := 15300 * time.Millisecond
	got := Ladder(Rise{Up: backendUp, Down: backendDown, Min: 3, Max: 20, From: 3, Sync: sync, Until: 8 * sync,
		Demand: func(at time.Duration) int32 { return seen[at/sync] }})
	want := []Step{{3 * sync, 3, 5}, {4 * sync, 5, 7}, {5 * sync, 7, 10}, {6 * sync, 10, 14}, {7 * sync, 14, 20}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAllowed(t *testing.T) {
	tests := []struct {
		name    string
		rules   observation.Rules
		current int32
		changes []Change
		up      int32
		down    int32
	}{
		{"no change yet", backendUp, 3, nil, 7, -1},
		{"percent rounds up", observation.Rules{Policies: []observation.Policy{{Type: Percent, Value: 50, Period: 60 * s}}}, 3, nil, 5, -1},
		{"10 percent of 1 is 1 more", observation.Rules{Policies: []observation.Policy{{Type: Percent, Value: 10, Period: 60 * s}}}, 1, nil, 2, -1},
		{"the period is used up", workerUp, 5, []Change{{90 * s, 3}}, 5, -1},
		{"one period ago is outside", workerUp, 5, []Change{{70 * s, 3}}, 8, -1},
		{"a change of the future does not count", workerUp, 5, []Change{{101 * s, 3}}, 8, -1},
		{"a fall gives room", workerUp, 5, []Change{{90 * s, -2}}, 10, -1},
		{"Min takes the smallest", observation.Rules{Select: Min, Policies: backendUp.Policies}, 3, nil, 6, -1},
		{"disabled", observation.Rules{Select: Disabled, Policies: backendUp.Policies}, 3, nil, 3, 3},
		{"down by the smallest change", backendDown, 20, nil, -1, 18},
		{"down by the largest change", observation.Rules{Select: "Max", Policies: backendDown.Policies}, 20, nil, -1, 10},
		{"down truncates", observation.Rules{Policies: []observation.Policy{{Type: Percent, Value: 50, Period: 60 * s}}}, 5, nil, -1, 2},
		{"nothing below 0", observation.Rules{Policies: []observation.Policy{{Type: Pods, Value: 9, Period: 60 * s}}}, 5, nil, -1, 0},
		{"no overflow", observation.Rules{Policies: []observation.Policy{{Type: Percent, Value: math.MaxInt32, Period: 60 * s}}}, math.MaxInt32, nil, math.MaxInt32, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := AllowedUp(tt.rules, tt.current, tt.changes, 100*s); tt.up >= 0 && got != tt.up {
				t.Errorf("up: got %d, want %d", got, tt.up)
			}
			if got := AllowedDown(tt.rules, tt.current, tt.changes, 100*s); tt.down >= 0 && got != tt.down {
				t.Errorf("down: got %d, want %d", got, tt.down)
			}
		})
	}
}

// TestLadderProperties: whatever the demand, a ladder stays inside its bounds,
// moves only as far as the policies allow, and never moves up without W of
// demand above it.
func TestLadderProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		demand := make([]int32, 60)
		for i := range demand {
			demand[i] = r.Int32N(40)
		}
		rise := Rise{Up: backendUp, Down: backendDown, Min: 3, Max: 20, From: 3 + r.Int32N(18), Until: 59 * DefaultSync,
			Demand: func(at time.Duration) int32 { return demand[at/DefaultSync] }}
		var changes []Change
		current := rise.From
		for _, step := range Ladder(rise) {
			up, down := AllowedUp(rise.Up, current, changes, step.At), AllowedDown(rise.Down, current, changes, step.At)
			if step.From != current || step.To < 3 || step.To > 20 || step.To > up || step.To < down {
				t.Fatalf("step %+v from %d, allowed %d to %d, demand %v", step, current, down, up, demand)
			}
			for i, asked := range demand {
				at := time.Duration(i) * DefaultSync
				if step.To > step.From && at <= step.At && at > step.At-rise.Up.Window && asked < step.To {
					t.Fatalf("step %+v although %d were asked for at %v", step, asked, at)
				}
			}
			changes = append(changes, Change{step.At, step.To - step.From})
			current = step.To
		}
	}
}

func metric(kind, target string, limit float64, current ...float64) observation.HPAMetric {
	m := observation.HPAMetric{Type: kind, Name: "m", TargetType: target, Target: limit}
	if len(current) > 0 {
		m.Current = &current[0]
	}
	return m
}

func TestRecommend(t *testing.T) {
	tight := 0.0
	tests := []struct {
		name           string
		hpa            observation.HPA
		ready, running int32
		want           int32
		known          bool
	}{
		{"pods above target", observation.HPA{Current: 3, Metrics: []observation.HPAMetric{metric("Pods", "AverageValue", 100, 136)}}, 3, 3, 5, true},
		{"within tolerance", observation.HPA{Current: 3, Metrics: []observation.HPAMetric{metric("Pods", "AverageValue", 100, 110)}}, 3, 3, 3, true},
		{"own tolerance", observation.HPA{Current: 3, ScaleUp: observation.Rules{Tolerance: &tight}, Metrics: []observation.HPAMetric{metric("Pods", "AverageValue", 100, 110)}}, 3, 3, 4, true},
		{"below target", observation.HPA{Current: 20, Metrics: []observation.HPAMetric{metric("Pods", "AverageValue", 100, 10)}}, 20, 20, 2, true},
		{"utilization", observation.HPA{Current: 4, Metrics: []observation.HPAMetric{metric("Resource", "Utilization", 70, 140)}}, 4, 4, 8, true},
		{"the largest wins", observation.HPA{Current: 4, Metrics: []observation.HPAMetric{metric("Resource", "Utilization", 70, 7), metric("Pods", "AverageValue", 100, 200)}}, 4, 4, 8, true},
		{"queue of 155", observation.HPA{Current: 2, Metrics: []observation.HPAMetric{metric("External", "AverageValue", 10, 77.5)}}, 2, 2, 16, true},
		{"queue of 150, rounded up in the status", observation.HPA{Current: 7, Metrics: []observation.HPAMetric{metric("External", "AverageValue", 10, 21.429)}}, 7, 7, 15, true},
		{"external value", observation.HPA{Current: 2, Metrics: []observation.HPAMetric{metric("External", "Value", 10, 25)}}, 2, 2, 5, true},
		{"starting pods count as idle", observation.HPA{Current: 7, Metrics: []observation.HPAMetric{metric("Pods", "AverageValue", 100, 700)}}, 3, 7, 21, true},
		{"starting pods take the need away", observation.HPA{Current: 7, Metrics: []observation.HPAMetric{metric("Pods", "AverageValue", 100, 200)}}, 3, 7, 7, true},
		{"no value", observation.HPA{Current: 3, Metrics: []observation.HPAMetric{metric("Pods", "AverageValue", 100)}}, 3, 3, 3, false},
		{"no metric", observation.HPA{Current: 3}, 3, 3, 3, false},
		{"NaN", observation.HPA{Current: 3, Metrics: []observation.HPAMetric{metric("Pods", "AverageValue", 100, math.NaN())}}, 3, 3, 3, false},
		{"infinite", observation.HPA{Current: 3, Metrics: []observation.HPAMetric{metric("Pods", "AverageValue", 100, math.Inf(1))}}, 3, 3, math.MaxInt32, true},
		{"no target", observation.HPA{Current: 3, Metrics: []observation.HPAMetric{metric("Pods", "AverageValue", 0, 5)}}, 3, 3, 3, false},
		{"one missing, the other up", observation.HPA{Current: 3, Metrics: []observation.HPAMetric{metric("Pods", "AverageValue", 100), metric("Resource", "Utilization", 70, 140)}}, 3, 3, 6, true},
		{"one missing, the other down", observation.HPA{Current: 3, Metrics: []observation.HPAMetric{metric("Pods", "AverageValue", 100), metric("Resource", "Utilization", 70, 7)}}, 3, 3, 3, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Recommend(tt.hpa, tt.ready, tt.running); got.Replicas != tt.want || got.Known != tt.known {
				t.Errorf("got %+v, want %d, %v", got, tt.want, tt.known)
			}
		})
	}
}
