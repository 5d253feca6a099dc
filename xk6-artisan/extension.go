package artisan

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

// Extension is what all virtual users of a run share. It is safe for
// concurrent use.
type Extension struct {
	cfg  Config
	ctx  context.Context // ends with Close
	stop context.CancelFunc
	fed  *scene // what whoever runs the load has observed

	mu     sync.Mutex
	shared map[string]any // see share
	closes []func() error // of what is shared, in the order in which it was made
	closed bool
}

// New returns the extension of one run. Close it when the run is over.
func New(cfg Config) *Extension {
	if cfg.Warn == nil {
		cfg.Warn = func(string) {}
	}
	e := &Extension{cfg: cfg, fed: newScene(), shared: make(map[string]any)}
	e.ctx, e.stop = context.WithCancel(context.Background())
	return e
}

// Close ends what works in the background and closes every connection. No
// virtual user may run any more.
func (e *Extension) Close() error {
	e.stop()
	e.mu.Lock()
	closes := e.closes
	e.closes, e.closed = nil, true
	e.mu.Unlock()
	var errs []error
	for _, c := range slices.Backward(closes) {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}

// share returns what all virtual users share under a key, and opens it the
// first time; shut closes it. What could not be opened is tried again the next
// time. open is called under a lock: it must not wait for anything.
func share[T any](e *Extension, key string, open func() (value T, shut func() error, err error)) (T, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var none T
	if e.closed {
		return none, errOver
	}
	if v, ok := e.shared[key]; ok {
		return v.(T), nil
	}
	v, shut, err := open()
	if err != nil {
		return none, err
	}
	e.shared[key] = v
	e.closes = append(e.closes, shut)
	return v, nil
}

// observe logs a fact of this moment.
func (e *Extension) observe(r observation.Record) {
	if e.cfg.Sink != nil {
		r.Time = time.Now()
		e.cfg.Sink.Observe(r)
	}
}
