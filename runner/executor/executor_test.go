package executor

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/artisan-platform/headroom/runner/alarm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// crowd is a crew of fakes whose iterations last as long as told, and the
// observer of what happens.
type crowd struct {
	length time.Duration

	mu       sync.Mutex
	start    time.Time
	started  []time.Duration // offsets
	numbers  map[uint64]int
	lags     []time.Duration // started - due
	complete int
	cut      []time.Duration // offsets
	causes   []error
	active   int
	peak     int
	dropped  uint64
	drops    []time.Duration // offsets of due
	grown    int
}

type fake struct {
	crowd *crowd
	busy  bool
}

func newCrowd(length time.Duration) *crowd {
	return &crowd{length: length, start: time.Now(), numbers: make(map[uint64]int)}
}

func (c *crowd) crew(e Executor) Crew {
	n, _ := e.VUs()
	crew := Crew{Observer: c, Alarm: alarm.Coarse, Grow: func(context.Context) (VU, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.grown++
		return &fake{crowd: c}, nil
	}}
	for range n {
		crew.VUs = append(crew.VUs, &fake{crowd: c})
	}
	return crew
}

// Iterate implements VU.
func (f *fake) Iterate(ctx context.Context, it Iteration) {
	c := f.crowd
	c.mu.Lock()
	if f.busy {
		panic("a virtual user runs two iterations at once")
	}
	f.busy = true
	c.started = append(c.started, time.Since(c.start))
	c.numbers[it.Number]++
	if !it.Due.IsZero() {
		c.lags = append(c.lags, time.Since(it.Due))
	}
	c.mu.Unlock()
	clock := alarm.Coarse(ctx)
	err := clock.Until(time.Now().Add(c.length))
	clock.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	f.busy = false
	if err != nil {
		c.cut = append(c.cut, time.Since(c.start))
		c.causes = append(c.causes, context.Cause(ctx))
		return
	}
	c.complete++
}

// Active implements Observer.
func (c *crowd) Active(delta int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.active += delta
	c.peak = max(c.peak, c.active)
}

// Dropped implements Observer.
func (c *crowd) Dropped(due time.Time, n uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropped += n
	if !due.IsZero() {
		c.drops = append(c.drops, due.Sub(c.start))
	}
}

const s = time.Second

// TestExecutors holds what each executor does, on a clock of its own, against
// what its definition says.
func TestExecutors(t *testing.T) {
	for _, tt := range []struct {
		name     string
		executor Executor
		length   time.Duration // of an iteration
		complete int
		cut      int
		dropped  uint64
		peak     int
		took     time.Duration
	}{
		{"constant", ConstantVUs{Count: 3, Length: 10 * s, GracefulStop: 30 * s}, 2 * s, 15, 0, 0, 3, 10 * s},
		{"constant, the last iteration in its graceful stop", ConstantVUs{Count: 2, Length: 10 * s, GracefulStop: 30 * s}, 3 * s, 8, 0, 0, 2, 12 * s},
		{"constant, cut after the graceful stop", ConstantVUs{Count: 2, Length: 10 * s, GracefulStop: 1 * s}, 3 * s, 6, 2, 0, 2, 11 * s},
		{"constant, no grace", ConstantVUs{Count: 2, Length: 10 * s}, 3 * s, 6, 2, 0, 2, 10 * s},
		{"shared", SharedIterations{Count: 4, Iterations: 10, MaxDuration: time.Minute}, 1 * s, 10, 0, 0, 4, 3 * s},
		{"shared, too slow", SharedIterations{Count: 2, Iterations: 10, MaxDuration: 3 * s, GracefulStop: s}, 2 * s, 4, 0, 6, 2, 4 * s},
		{"per VU", PerVUIterations{Count: 4, Iterations: 3, MaxDuration: time.Minute}, 1 * s, 12, 0, 0, 4, 3 * s},
		{"per VU, too slow", PerVUIterations{Count: 2, Iterations: 5, MaxDuration: 3 * s, GracefulStop: s}, 2 * s, 4, 0, 6, 2, 4 * s},
		{"ramp up and down", RampingVUs{Stages: []Stage{{4 * s, 4}, {4 * s, 0}}, GracefulRampDown: 30 * s, GracefulStop: 30 * s}, 900 * time.Millisecond, 20, 0, 0, 4, 8200 * time.Millisecond},
		{"ramp, cut while ramping down", RampingVUs{Start: 2, Stages: []Stage{{2 * s, 2}, {0, 1}, {8 * s, 1}}, GracefulRampDown: 3 * s, GracefulStop: 30 * s}, 9 * s, 2, 1, 0, 2, 18 * s},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCrowd(tt.length)
				if err := tt.executor.Run(t.Context(), c.crew(tt.executor)); err != nil {
					t.Fatal(err)
				}
				if c.complete != tt.complete || len(c.cut) != tt.cut || c.dropped != tt.dropped {
					t.Errorf("%d complete, %d cut, %d dropped; want %d, %d, %d", c.complete, len(c.cut), c.dropped, tt.complete, tt.cut, tt.dropped)
				}
				if c.peak != tt.peak || c.active != 0 {
					t.Errorf("at most %d VUs active, %d at the end; want %d, 0", c.peak, c.active, tt.peak)
				}
				if took := time.Since(c.start); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				for n := range uint64(len(c.started)) {
					if c.numbers[n] != 1 {
						t.Errorf("iteration %d ran %d times", n, c.numbers[n])
					}
				}
				for _, cause := range c.causes {
					if !errors.Is(cause, ErrCut) {
						t.Errorf("cut because %v, want %v", cause, ErrCut)
					}
				}
			})
		})
	}
}

// TestTheEndOfTheContextCutsAtOnce cancels each executor in mid-run.
func TestTheEndOfTheContextCutsAtOnce(t *testing.T) {
	for _, e := range []Executor{
		ConstantVUs{Count: 2, Length: 100 * s, GracefulStop: 30 * s},
		SharedIterations{Count: 2, Iterations: 10, MaxDuration: 100 * s, GracefulStop: 30 * s},
		PerVUIterations{Count: 2, Iterations: 10, MaxDuration: 100 * s, GracefulStop: 30 * s},
		RampingVUs{Start: 2, Stages: []Stage{{100 * s, 2}}, GracefulRampDown: 30 * s, GracefulStop: 30 * s},
		rate(t, 0.5, 100*s, 2, 2),
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(5*s, cancel)
			c := newCrowd(20 * s)
			if err := e.Run(ctx, c.crew(e)); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(c.start); took != 5*s {
				t.Errorf("%T ended %v after the start, want 5s", e, took)
			}
			if len(c.cut) != 2 || c.complete != 0 || c.dropped > 1 {
				t.Errorf("%T: %d cut, %d complete, %d dropped; want 2, 0, at most 1", e, len(c.cut), c.complete, c.dropped)
			}
		})
	}
}
