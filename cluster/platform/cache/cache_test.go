package cache

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func testCache(store Store) *Cache {
	return New(Config{Store: store, LoadTimeout: 10 * time.Second, Fallback: 10, StaleFor: time.Minute})
}

func constant(s string) func(context.Context) ([]byte, error) {
	return func(context.Context) ([]byte, error) { return []byte(s), nil }
}

// get asks and compares.
func get(t *testing.T, c *Cache, load func(context.Context) ([]byte, error), want string, wantFrom Result) {
	t.Helper()
	value, from, err := c.Get(t.Context(), "key", 10*time.Second, load)
	if err != nil || string(value) != want || from != wantFrom {
		t.Errorf("got %q, %s, %v; want %q, %s", value, from, err, want, wantFrom)
	}
}

func TestAValueLivesForItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testCache(NewMemory(10))
		defer c.Close()
		get(t, c, constant("one"), "one", Miss)
		get(t, c, constant("two"), "one", Hit)
		time.Sleep(10 * time.Second)
		get(t, c, constant("three"), "three", Miss)
		c.Forget(t.Context(), "key")
		get(t, c, constant("four"), "four", Miss)
	})
}

func TestOneLoadServesAllWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testCache(NewMemory(10))
		defer c.Close()
		var loads atomic.Int64
		slow := func(context.Context) ([]byte, error) {
			loads.Add(1)
			time.Sleep(time.Second)
			return []byte("value"), nil
		}
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() { get(t, c, slow, "value", Miss) })
		}
		wg.Wait()
		if loads.Load() != 1 {
			t.Errorf("%d loads for 1000 callers at once, want 1", loads.Load())
		}
	})
}

// The guide caches the coroutine of the first caller: when that one is
// cancelled, all fail. Here the others get their value.
func TestTheFirstCallerMayLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testCache(NewMemory(10))
		defer c.Close()
		slow := func(ctx context.Context) ([]byte, error) {
			select {
			case <-time.After(2 * time.Second):
				return []byte("value"), nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		first, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			_, _, err := c.Get(first, "key", time.Minute, slow)
			left <- err
		}()
		synctest.Wait()
		began := time.Now()
		time.AfterFunc(time.Second, leave)
		get(t, c, slow, "value", Miss)
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("the first caller got %v", err)
		}
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("took %s, want the first load's 2 s", took)
		}
	})
}

func TestALoadThatHangsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testCache(NewMemory(10))
		defer c.Close()
		began := time.Now()
		_, _, err := c.Get(t.Context(), "key", time.Minute, func(ctx context.Context) ([]byte, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took != 10*time.Second {
			t.Errorf("%v after %s, want the load's limit of 10 s", err, took)
		}
	})
}

var errDown = errors.New("down")

func fails(context.Context) ([]byte, error) { return nil, errDown }

func TestFailureFallsBackToTheLastValueForATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testCache(NewMemory(10))
		defer c.Close()
		get(t, c, constant("old"), "old", Miss)
		time.Sleep(11 * time.Second)
		get(t, c, fails, "old", Stale)
		time.Sleep(49 * time.Second)
		if _, _, err := c.Get(t.Context(), "key", time.Second, fails); !errors.Is(err, errDown) {
			t.Errorf("error %v, want the load's: the last value is too old", err)
		}
	})
}

func TestAnErrorThatIsAnAnswerIsNotHidden(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Config{Store: NewMemory(1), LoadTimeout: time.Second, Fallback: 1, StaleFor: time.Hour,
			Final: func(err error) bool { return errors.Is(err, errDown) }})
		defer c.Close()
		get(t, c, constant("old"), "old", Miss)
		time.Sleep(10 * time.Second)
		if _, _, err := c.Get(t.Context(), "key", time.Second, fails); !errors.Is(err, errDown) {
			t.Errorf("error %v, want the final one", err)
		}
	})
}

// brokenStore fails in every way.
type brokenStore struct{}

func (brokenStore) Get(context.Context, string) ([]byte, bool, error)        { return nil, false, errDown }
func (brokenStore) Set(context.Context, string, []byte, time.Duration) error { return errDown }
func (brokenStore) Delete(context.Context, string) error                     { return errDown }

func TestABrokenStoreCostsNoAnswer(t *testing.T) {
	var failed []string
	c := New(Config{Store: brokenStore{}, LoadTimeout: time.Second, Failed: func(err error) { failed = append(failed, err.Error()) }})
	get(t, c, constant("one"), "one", Miss)
	get(t, c, constant("two"), "two", Miss)
	c.Forget(t.Context(), "key")
	c.Close()
	want := "[get key: down set key: down get key: down set key: down forget key: down]"
	if got := fmt.Sprint(failed); got != want {
		t.Errorf("told of %s, want %s", got, want)
	}
}

func TestMemoryDropsTheLeastRecentlyUsed(t *testing.T) {
	m := NewMemory(2)
	ctx := t.Context()
	for _, key := range []string{"a", "b"} {
		if err := m.Set(ctx, key, []byte(key), time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok, _ := m.Get(ctx, "a"); !ok {
		t.Fatal("a is gone")
	}
	if err := m.Set(ctx, "c", []byte("c"), time.Hour); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]bool{"a": true, "b": false, "c": true} {
		if _, ok, _ := m.Get(ctx, key); ok != want {
			t.Errorf("%s: there %v, want %v", key, ok, want)
		}
	}
}
