package executor

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artisan-platform/headroom/runner/arrival"
)

func rate(t *testing.T, perSecond float64, d time.Duration, initial, limit int) ArrivalRate {
	t.Helper()
	schedule, err := arrival.New(arrival.Segment{Duration: d, From: perSecond, To: perSecond})
	if err != nil {
		t.Fatal(err)
	}
	return ArrivalRate{Schedule: schedule, PreAllocated: initial, Limit: limit, GracefulStop: 30 * s}
}

func TestArrivalsStartWhenDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := rate(t, 10, 3*s, 5, 5)
		c := newCrowd(450 * time.Millisecond)
		if err := e.Run(t.Context(), c.crew(e)); err != nil {
			t.Fatal(err)
		}
		if c.complete != 30 || c.dropped != 0 || c.peak > 5 {
			t.Errorf("%d complete, %d dropped, at most %d VUs; want 30, 0, 5", c.complete, c.dropped, c.peak)
		}
		for i, at := range c.started {
			if want := time.Duration(i) * 100 * time.Millisecond; at != want || c.lags[i] != 0 {
				t.Errorf("iteration %d started at %v, lag %v; want %v, 0", i, at, c.lags[i], want)
			}
		}
	})
}

func TestArrivalsWithoutAFreeVUAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := rate(t, 1, 6*s, 1, 1)
		c := newCrowd(1500 * time.Millisecond)
		if err := e.Run(t.Context(), c.crew(e)); err != nil {
			t.Fatal(err)
		}
		if want := []time.Duration{1 * s, 3 * s, 5 * s}; !slices.Equal(c.drops, want) || c.complete != 3 {
			t.Errorf("dropped at %v and %d complete, want %v and 3", c.drops, c.complete, want)
		}
		for n := range uint64(3) {
			if c.numbers[n] != 1 {
				t.Errorf("iteration %d ran %d times: a drop must not take a number", n, c.numbers[n])
			}
		}
	})
}

func TestArrivalsGrowTheCrew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := rate(t, 2, 10*s, 1, 3)
		c := newCrowd(1200 * time.Millisecond)
		if err := e.Run(t.Context(), c.crew(e)); err != nil {
			t.Fatal(err)
		}
		if c.grown != 2 || c.dropped != 2 || c.complete != 18 {
			t.Errorf("%d grown, %d dropped, %d complete; want 2, 2, 18", c.grown, c.dropped, c.complete)
		}
	})
}

func TestAFailureToGrowIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := rate(t, 2, 5*s, 1, 3)
		c, broken, calls := newCrowd(10*s), errors.New("no more memory"), 0
		crew := c.crew(e)
		crew.Grow = func(context.Context) (VU, error) { calls++; return nil, broken }
		if err := e.Run(t.Context(), crew); !errors.Is(err, broken) {
			t.Errorf("got %v, want %v", err, broken)
		}
		if calls != 1 || c.complete != 1 || c.dropped != 9 {
			t.Errorf("%d calls, %d complete, %d dropped; want 1, 1, 9", calls, c.complete, c.dropped)
		}
	})
}

// TestAStalledPacerMakesUp stalls the pacer for half a second: what was due
// meanwhile starts late, and says by how much, or is dropped.
func TestAStalledPacerMakesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := rate(t, 10, 1*s, 1, 1)
		c := newCrowd(150 * time.Millisecond)
		crew := c.crew(e)
		crew.Observer = &stalling{crowd: c}
		if err := e.Run(t.Context(), crew); err != nil {
			t.Fatal(err)
		}
		if want := []time.Duration{0, 400 * time.Millisecond, 0}; !slices.Equal(c.lags, want) {
			t.Errorf("lags %v, want %v", c.lags, want)
		}
		if c.complete != 3 || c.dropped != 7 {
			t.Errorf("%d complete, %d dropped; want 3, 7", c.complete, c.dropped)
		}
	})
}

// stalling is an observer on whom the pacer waits once.
type stalling struct {
	*crowd
	stalled bool
}

// Dropped implements Observer.
func (o *stalling) Dropped(due time.Time, n uint64) {
	if o.crowd.Dropped(due, n); !o.stalled {
		o.stalled = true
		time.Sleep(500 * time.Millisecond)
	}
}
