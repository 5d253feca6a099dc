package verdict

import (
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/stat"
)

const saleEvents = "POST /sale"

// brokenAt is when the disruption of these tests begins.
const brokenAt = 60*time.Second + 300*time.Millisecond

// disruptedAt is what the log says of a disruption that was carried out, and
// was made good 5 s later.
func disruptedAt(at time.Duration) []observation.Record {
	from := start.Add(at)
	return []observation.Record{
		{Time: from.Add(50 * time.Millisecond), Kind: observation.KindDisruption, Disruption: &observation.Disruption{
			Name: "killed", Stage: observation.Disrupted, From: from, Pods: []string{"db-1"}}},
		{Time: from.Add(5 * time.Second), Kind: observation.KindDisruption, Disruption: &observation.Disruption{
			Name: "killed", Stage: observation.Replaced, From: from, Pods: []string{"db-2"}}},
	}
}

// sales are sixty sale events in each second of the load: how many of them
// failed, and what the others took, is told by how.
func sales(seconds int, how func(second int) (count, failed uint64, took time.Duration)) []observation.Record {
	var out []observation.Record
	for i := range seconds {
		count, failed, took := how(i)
		if count == 0 {
			continue
		}
		at := start.Add(time.Duration(i) * time.Second)
		out = append(out, observation.Record{Time: at.Add(time.Second), Kind: observation.KindRequests, Requests: &observation.Requests{
			Load: "step", Name: saleEvents, Class: "2xx", Second: at, Count: count, Failed: failed, Response: each(count, took), Service: each(count, took)}})
	}
	return out
}

// each is a histogram of n times d.
func each(n uint64, d time.Duration) stat.Histogram {
	var h stat.Histogram
	for range n {
		h.Record(d)
	}
	return h
}

// brokenFor is sales of which from..to-1 are broken.
func brokenFor(from, to int, count, failed uint64, took time.Duration) []observation.Record {
	return sales(200, func(i int) (uint64, uint64, time.Duration) {
		if i >= from && i < to {
			return count, failed, took
		}
		return 60, 0, 20 * time.Millisecond
	})
}

func TestRecovery(t *testing.T) {
	quick := 20 * time.Millisecond
	for _, tt := range []struct {
		name    string
		at      time.Duration // 0: brokenAt
		none    bool          // the disruption was not carried out
		records []observation.Record
		errors  float64
		lag     time.Duration
		want    Value
		value   string
		cause   string
	}{
		{name: "not felt", records: brokenFor(0, 0, 0, 0, 0), want: Pass, value: "not felt"},
		{name: "errors for six seconds", records: brokenFor(61, 67, 60, 30, quick), want: Pass, value: "6.70 s"},
		{name: "slow for six seconds", records: brokenFor(61, 67, 60, 0, 3*time.Second), want: Pass, value: "6.70 s"},
		{name: "silent for six seconds", records: brokenFor(61, 67, 0, 0, 0), want: Pass, value: "6.70 s"},
		{name: "few enough errors", records: brokenFor(61, 67, 60, 3, quick), errors: 0.05, want: Pass, value: "not felt"},
		{name: "felt late", records: brokenFor(70, 72, 60, 1, quick), want: Pass, value: "11.7 s"},
		{name: "a single bad second long after", records: brokenFor(120, 121, 60, 1, quick), want: Pass, value: "not felt"},
		{name: "too long", records: brokenFor(61, 95, 60, 60, quick), want: Fail, value: "34.7 s", cause: "2,040 of 2,100 requests failed"},
		{name: "too long for a generator that lagged", records: brokenFor(61, 95, 60, 60, quick), lag: time.Second, want: Inconclusive, value: "34.7 s", cause: "did not drive the load as planned"},
		{name: "never", records: brokenFor(61, 200, 60, 60, quick), want: Fail, value: "not recovered", cause: "2m20s after"},
		{name: "silent ever after", records: brokenFor(61, 200, 0, 0, 0), want: Fail, value: "not recovered"},
		{name: "the load ended before it could be told", at: 190*time.Second + 300*time.Millisecond, records: brokenFor(190, 200, 60, 60, quick), want: Inconclusive, value: none, cause: "let it go on"},
		{name: "no request at all", records: nil, want: Inconclusive, value: none, cause: "no request ended"},
		{name: "not carried out", none: true, records: brokenFor(0, 0, 0, 0, 0), want: Inconclusive, value: none, cause: "was not carried out"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := plan()
			p.Objectives = spec.Objectives{Generator: p.Objectives.Generator, Recovery: []spec.Recovery{{Name: "back", Disruption: "killed", Load: "step", Endpoint: saleEvents,
				Within: 30 * time.Second, For: 15 * time.Second, Errors: tt.errors, P95: time.Second}}}
			p.Disruptions = []spec.Disruption{{Name: "killed", At: time.Minute}}
			s := measured()
			s.lag = max(s.lag, tt.lag)
			s.extra = tt.records
			if at := max(tt.at, brokenAt); !tt.none {
				s.extra = append(s.extra, disruptedAt(at)...)
			}
			result := s.judge(t, p)
			got := inGroup(result, groupRecovery)[0]
			if got.Verdict != tt.want || got.Value != tt.value || !strings.Contains(got.Cause, tt.cause) {
				t.Errorf("got %s %q, cause %q; want %s %q, cause with %q", got.Verdict, got.Value, got.Cause, tt.want, tt.value, tt.cause)
			}
		})
	}
}

// TestDisruptionThatDidNotHappen: a run that was to be disrupted and was not
// is inconclusive, whatever else holds.
func TestDisruptionThatDidNotHappen(t *testing.T) {
	p := plan()
	p.Disruptions = []spec.Disruption{{Name: "killed", At: time.Minute}}
	s := measured()
	if r := s.judge(t, p); r.Verdict != Inconclusive || !strings.Contains(r.Reason, "disruption killed") {
		t.Errorf("without a record: %s, %s", r.Verdict, r.Reason)
	}
	s.extra = []observation.Record{{Time: start.Add(brokenAt), Kind: observation.KindDisruption, Disruption: &observation.Disruption{
		Name: "killed", Stage: observation.NotDisrupted, From: start.Add(brokenAt), Error: "no pod has the labels"}}}
	if r := s.judge(t, p); r.Verdict != Inconclusive || !strings.Contains(r.Reason, "no pod has the labels") {
		t.Errorf("with a failed one: %s, %s", r.Verdict, r.Reason)
	}
	s.extra = disruptedAt(brokenAt)
	r := s.judge(t, p)
	if r.Verdict != Pass {
		t.Errorf("carried out: %s, %s", r.Verdict, r.Reason)
	}
	d := r.Disruptions[0]
	if d.ReplacedAfter == nil || *d.ReplacedAfter != 5*time.Second || d.RecoveredAfter == nil || *d.RecoveredAfter != 0 || d.Failed != 0 {
		t.Errorf("got %+v", d)
	}
}

func TestCounters(t *testing.T) {
	for _, tt := range []struct {
		name     string
		counters map[string]float64
		want     Value
		value    string
		margin   string
		cause    string
	}{
		{"as many", map[string]float64{"stored": 1267, "acknowledged": 1267}, Pass, "1267", "+0", ""},
		{"more", map[string]float64{"stored": 1269, "acknowledged": 1267}, Pass, "1269", "+2", ""},
		{"one lost", map[string]float64{"stored": 1266, "acknowledged": 1267}, Fail, "1266", "-1", "stored is 1 below acknowledged"},
		{"none stored", map[string]float64{"stored": 0, "acknowledged": 1267}, Fail, "0", "-1267", "1267 below"},
		{"not counted", map[string]float64{"acknowledged": 1267}, Inconclusive, none, none, "stored has no samples"},
		{"nothing to compare", map[string]float64{"stored": 3}, Inconclusive, none, none, "acknowledged has no samples"},
		{"no script", nil, Inconclusive, none, none, "no summary"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := plan()
			p.Objectives = spec.Objectives{Counters: []spec.Counter{{Name: "nothing lost", Load: "step", Counter: "stored", AtLeast: "acknowledged"}}}
			s := measured()
			if tt.counters != nil {
				s.extra = []observation.Record{{Time: start.Add(200 * time.Second), Kind: observation.KindScript, Script: &observation.Script{Load: "step", Counters: tt.counters}}}
			}
			got := inGroup(s.judge(t, p), groupCounter)[0]
			if got.Verdict != tt.want || got.Value != tt.value || got.Margin != tt.margin || !strings.Contains(got.Cause, tt.cause) {
				t.Errorf("got %+v", got)
			}
		})
	}
}
