package runlog

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

// sink keeps records with the time at which they came.
type sink struct {
	mu      sync.Mutex
	start   time.Time
	records []string
}

func (s *sink) Observe(r observation.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	line := fmt.Sprintf("%v %s", time.Since(s.start), r.Kind)
	if r.Time.Sub(s.start) != time.Since(s.start) {
		line += fmt.Sprintf(" of %v", r.Time.Sub(s.start))
	}
	switch {
	case r.Generator != nil:
		line += fmt.Sprintf(" %s due %d dropped %d", r.Generator.Load, r.Generator.Due, r.Generator.Dropped)
		if r.Generator.Stall.Count() == 0 {
			line += " with no look at the process"
		}
	case r.Requests != nil:
		line += fmt.Sprintf(" %s %s count %d", r.Requests.Load, r.Requests.Name, r.Requests.Count)
	}
	s.records = append(s.records, line)
}

// request drives one request through a meter.
func request(m *observation.Meter, name string, due time.Time) {
	m.Started(due, due)
	m.Done(observation.Request{Name: name, Due: due, Started: due, Ended: due.Add(10 * time.Millisecond), Status: 200})
}

// TestCut logs each second when it is over, those of all meters, and the rest
// at the end of the load.
func TestCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{start: time.Now()}
		a, b := observation.NewMeter("a", true), observation.NewMeter("b", false)
		ctx, cancel := context.WithCancel(t.Context())
		var cuts []time.Duration
		over := make(chan struct{})
		go func() {
			defer close(over)
			Cut(ctx, []*observation.Meter{a, b}, s, func() { cuts = append(cuts, time.Since(s.start)) })
		}()
		request(a, "x", s.start.Add(100*time.Millisecond))
		request(a, "x", s.start.Add(900*time.Millisecond))
		b.Dropped(s.start.Add(500*time.Millisecond), 3)
		request(a, "y", s.start.Add(1200*time.Millisecond)) // of the second after
		time.Sleep(2300 * time.Millisecond)
		request(b, "z", time.Now()) // in the second that the end cuts off
		cancel()
		<-over

		wantCuts := []time.Duration{time.Second, 2 * time.Second, 2300 * time.Millisecond}
		if !slices.Equal(cuts, wantCuts) {
			t.Errorf("each was called at %v, want %v", cuts, wantCuts)
		}
		want := []string{
			"1s generator a due 2 dropped 0", "1s requests a x count 2", "1s generator b due 3 dropped 3",
			"2s generator a due 1 dropped 0", "2s requests a y count 1",
			"2.3s generator b due 1 dropped 0", "2.3s requests b z count 1",
		}
		if !slices.Equal(s.records, want) {
			t.Errorf("logged\n%q, want\n%q", s.records, want)
		}
	})
}

// TestCutOfAnEndedLoad logs what there is, although no second goes by.
func TestCutOfAnEndedLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{start: time.Now()}
		m := observation.NewMeter("a", false)
		request(m, "x", s.start)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		calls := 0
		Cut(ctx, []*observation.Meter{m}, s, func() { calls++ })
		if len(s.records) != 2 || calls != 1 || time.Since(s.start) != 0 {
			t.Errorf("logged %q and called each %d times in %v, want two records and one call at once", s.records, calls, time.Since(s.start))
		}
	})
}
