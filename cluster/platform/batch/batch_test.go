package batch

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// ledger is what Write is given.
type ledger struct {
	mu     sync.Mutex
	writes [][]int
	took   time.Duration
	fail   func(items []int) error
}

func (l *ledger) write(_ context.Context, items []int) error {
	time.Sleep(l.took)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		if err := l.fail(items); err != nil {
			return err
		}
	}
	l.writes = append(l.writes, slices.Clone(items))
	return nil
}

func (l *ledger) written() []int {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := slices.Concat(l.writes...)
	slices.Sort(all)
	return all
}

func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestItemsOfManyCallersAreWrittenTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{}
		b := New(Config[int]{Size: 100, Wait: 5 * time.Millisecond, Writers: 1, Pending: 1000, Write: l.write})
		defer b.Close()
		var wg sync.WaitGroup
		for i := range 250 {
			wg.Go(func() {
				if err := b.Do(t.Context(), []int{i}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		sizes := []int{}
		for _, w := range l.writes {
			sizes = append(sizes, len(w))
		}
		if !slices.Equal(sizes, []int{100, 100, 50}) || !slices.Equal(l.written(), numbers(250)) {
			t.Errorf("wrote %v, want 100, 100 and 50 with each item once", sizes)
		}
	})
}

// At the moment at which a caller is told of success its item is written.
func TestNobodyIsToldTooSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{took: time.Second}
		b := New(Config[int]{Size: 10, Wait: time.Millisecond, Writers: 4, Pending: 1000, Write: l.write})
		defer b.Close()
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				if err := b.Do(t.Context(), []int{i}); err != nil || !slices.Contains(l.written(), i) {
					t.Errorf("item %d: %v, written %v", i, err, slices.Contains(l.written(), i))
				}
			})
		}
		wg.Wait()
	})
}

var errBad = errors.New("bad item")

func TestABadItemSpoilsNobodyElses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{fail: func(items []int) error {
			if slices.Contains(items, 3) {
				return errBad
			}
			return nil
		}}
		b := New(Config[int]{Size: 100, Wait: time.Millisecond, Writers: 1, Pending: 10, Write: l.write,
			Alone: func(err error) bool { return errors.Is(err, errBad) }})
		defer b.Close()
		var wg sync.WaitGroup
		for i := range 5 {
			wg.Go(func() {
				if err := b.Do(t.Context(), []int{i}); errors.Is(err, errBad) != (i == 3) {
					t.Errorf("item %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if got := l.written(); !slices.Equal(got, []int{0, 1, 2, 4}) {
			t.Errorf("wrote %v, want all but 3", got)
		}
	})
}

func TestFullAndClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{took: time.Minute}
		b := New(Config[int]{Size: 1, Writers: 1, Pending: 2, Write: l.write})
		var wg sync.WaitGroup
		for i := range 3 { // one is being written, two wait
			wg.Go(func() {
				if err := b.Do(t.Context(), []int{i}); err != nil {
					t.Errorf("item %d: %v", i, err)
				}
			})
			synctest.Wait()
		}
		if err := b.Do(t.Context(), []int{9}); !errors.Is(err, ErrFull) {
			t.Errorf("error %v, want ErrFull", err)
		}
		b.Close() // writes what waits
		wg.Wait()
		if err := b.Do(t.Context(), []int{9}); !errors.Is(err, ErrClosed) {
			t.Errorf("error %v, want ErrClosed", err)
		}
		if got := l.written(); !slices.Equal(got, numbers(3)) {
			t.Errorf("wrote %v, want 0 to 2", got)
		}
	})
}

func TestACallerMayLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{took: time.Minute}
		b := New(Config[int]{Size: 1, Writers: 1, Pending: 2, Write: l.write})
		defer b.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := b.Do(ctx, []int{1}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the caller's deadline", err)
		}
	})
}
