package breaker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var errDown = errors.New("down")

func fails() error { return errDown }
func works() error { return nil }

func TestLifeOfABreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var changes []string
		refused := 0
		b := New(Config{Failures: 3, OpenFor: time.Second,
			Changed: func(from, to State) { changes = append(changes, fmt.Sprint(from, ">", to)) },
			Refused: func() { refused++ }})
		steps := []struct {
			wait time.Duration
			call func() error
			err  error
			then State
		}{
			{0, fails, errDown, Closed},
			{0, fails, errDown, Closed},
			{0, works, nil, Closed}, // the row is broken
			{0, fails, errDown, Closed},
			{0, fails, errDown, Closed},
			{0, fails, errDown, Open},
			{999 * time.Millisecond, works, ErrOpen, Open},
			{time.Millisecond, fails, errDown, Open}, // half-open, one call, and open again
			{500 * time.Millisecond, works, ErrOpen, Open},
			{500 * time.Millisecond, works, nil, Closed},
			{0, fails, errDown, Closed}, // it starts from nothing
		}
		for n, s := range steps {
			time.Sleep(s.wait)
			if err := b.Do(s.call); !errors.Is(err, s.err) {
				t.Errorf("step %d: error %v, want %v", n, err, s.err)
			}
			if got := b.State(); got != s.then {
				t.Errorf("step %d: %v, want %v", n, got, s.then)
			}
		}
		want := []string{"closed>open", "open>half-open", "half-open>open", "open>half-open", "half-open>closed"}
		if !slices.Equal(changes, want) || refused != 2 {
			t.Errorf("changes %v, refused %d; want %v, 2", changes, refused, want)
		}
	})
}

func TestHalfOpenLetsOneCallThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(Config{Failures: 1, OpenFor: time.Second})
		_ = b.Do(fails)
		time.Sleep(time.Second)
		var made, refused atomic.Int64
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				err := b.Do(func() error { made.Add(1); time.Sleep(time.Second); return nil })
				if errors.Is(err, ErrOpen) {
					refused.Add(1)
				}
			})
		}
		wg.Wait()
		if made.Load() != 1 || refused.Load() != 99 || b.State() != Closed {
			t.Errorf("%d calls made, %d refused, then %v; want 1, 99, closed", made.Load(), refused.Load(), b.State())
		}
	})
}

// A call that began before the breaker opened may end when it is closed again
// or half-open: its answer is about another time.
func TestAnOldAnswerSaysNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(Config{Failures: 1, OpenFor: time.Second})
		slow := make(chan struct{})
		go func() {
			defer close(slow)
			_ = b.Do(func() error { time.Sleep(time.Minute); return errDown })
		}()
		synctest.Wait()
		_ = b.Do(fails)
		time.Sleep(time.Second)
		if err := b.Do(works); err != nil || b.State() != Closed {
			t.Fatalf("error %v, %v", err, b.State())
		}
		<-slow
		if b.State() != Closed {
			t.Errorf("%v after an answer from before, want closed", b.State())
		}
	})
}

func TestACallerThatGivesUpIsNoVerdict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := New(Config{Failures: 1, OpenFor: time.Second})
		gone := func() error { return fmt.Errorf("query: %w", context.Canceled) }
		if _ = b.Do(gone); b.State() != Closed {
			t.Error("a cancelled call opened the breaker")
		}
		_ = b.Do(fails)
		time.Sleep(time.Second)
		if _ = b.Do(gone); b.State() != HalfOpen {
			t.Errorf("%v after a cancelled probe, want half-open", b.State())
		}
		if err := b.Do(works); err != nil || b.State() != Closed {
			t.Errorf("the next probe: %v, %v: the cancelled one kept its place", err, b.State())
		}
	})
}

func TestAPanicIsAFailure(t *testing.T) {
	b := New(Config{Failures: 1, OpenFor: time.Hour})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = b.Do(func() error { panic("bug") })
	}()
	if b.State() != Open {
		t.Errorf("%v, want open", b.State())
	}
}
