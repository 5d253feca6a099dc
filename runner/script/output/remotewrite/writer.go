package remotewrite

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/klauspost/compress/s2"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// pushTimeout bounds a push with all that is repeated of it, and stopTimeout
// what is sent in the end.
const (
	pushTimeout = 10 * time.Second
	stopTimeout = 20 * time.Second
)

// Writer sends the samples of one run.
type Writer struct {
	config Config
	store  *store
	client *client
	warn   func(string)

	cancel context.CancelFunc // ends loop
	done   chan struct{}

	raw, packed []byte // of the last request
	last        int64  // the time stamp of the last push

	failures int
	first    error // of them
	warned   sync.Once
}

// New returns a writer that sends nothing before it is started.
func New(c Config) *Writer {
	w := &Writer{config: c, warn: func(string) {}}
	w.store = newStore(&w.config, func(text string) { w.warn("output " + w.Description() + ": " + text) })
	w.client = newClient(&w.config)
	return w
}

// Description names the output and the server, without its password.
func (w *Writer) Description() string {
	return "Prometheus remote write (" + w.config.url.Redacted() + ")"
}

// Start begins to send at an interval. warn is told once if that fails; nil
// drops it.
func (w *Writer) Start(warn func(text string)) {
	if warn != nil {
		w.warn = warn
	}
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel, w.done = cancel, make(chan struct{})
	go w.loop(ctx)
}

// Write adds samples to what is sent next.
func (w *Writer) Write(samples []metric.Sample) { w.store.add(samples) }

// Stop sends what is left and returns the first of all errors.
func (w *Writer) Stop() error {
	if w.cancel == nil {
		return nil
	}
	w.cancel()
	<-w.done
	w.cancel = nil
	defer w.client.close()
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	if w.push(ctx, false) && w.config.stale {
		w.push(ctx, true)
	}
	if w.first == nil {
		return nil
	}
	return fmt.Errorf("output %s: pushes that failed: %d; the first: %w", w.Description(), w.failures, w.first)
}

// loop pushes at an interval until ctx ends.
func (w *Writer) loop(ctx context.Context) {
	defer close(w.done)
	tick := time.NewTicker(w.config.interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			limited, cancel := context.WithTimeout(ctx, max(pushTimeout, w.config.interval))
			w.push(limited, false)
			cancel()
		}
	}
}

// push sends all series as they stand now, and tells whether the server was
// there to take them. What it does not take is part of the next push: all sums
// go on from the start of the run.
func (w *Writer) push(ctx context.Context, stale bool) bool {
	for i := 0; ; {
		w.last = max(time.Now().UnixMilli(), w.last+1)
		var more bool
		if w.raw, i, more = w.store.encode(w.raw[:0], i, w.last, stale); !more {
			return true
		}
		w.packed = s2.EncodeSnappy(w.packed[:cap(w.packed)], w.raw)
		err := w.client.send(ctx, w.packed)
		if err == nil {
			continue
		}
		if errors.Is(context.Cause(ctx), context.Canceled) {
			return false // stopped: Stop pushes again
		}
		w.fail(err)
		if !errors.As(err, new(refusal)) {
			return false
		}
	}
}

func (w *Writer) fail(err error) {
	w.failures++
	if w.first == nil {
		w.first = err
	}
	w.warned.Do(func() {
		w.warn(fmt.Sprintf("output %s: a push has failed: %v; what was counted is sent with the next one", w.Description(), err))
	})
}
