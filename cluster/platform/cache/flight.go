package cache

import (
	"context"
	"sync"
)

// flights runs one load per key at a time. Unlike x/sync/singleflight it can
// be waited for, and a caller that gives up leaves at once.
type flights struct {
	mu      sync.Mutex
	running map[string]*flight
	wg      sync.WaitGroup
}

type flight struct {
	done  chan struct{} // closed when value and err are set
	value []byte
	err   error
}

// do returns the result of fn, or that of a call of another caller that is
// under way for key. It returns early with ctx's error.
func (f *flights) do(ctx context.Context, key string, fn func() ([]byte, error)) ([]byte, error) {
	fl := f.join(key, fn)
	select {
	case <-fl.done:
		return fl.value, fl.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (f *flights) join(key string, fn func() ([]byte, error)) *flight {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl, ok := f.running[key]; ok {
		return fl
	}
	if f.running == nil {
		f.running = make(map[string]*flight)
	}
	fl := &flight{done: make(chan struct{}), err: errNoResult}
	f.running[key] = fl
	f.wg.Go(func() {
		defer func() {
			f.mu.Lock()
			delete(f.running, key)
			f.mu.Unlock()
			close(fl.done)
		}()
		fl.value, fl.err = fn()
	})
	return fl
}

func (f *flights) wait() { f.wg.Wait() }
