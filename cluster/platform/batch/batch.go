// Package batch gathers what many callers write at about the same time into
// few writes. A caller waits until its own items are written: what it is told
// is what happened, not what was planned.
package batch

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrFull is returned where more is waiting than the batcher takes: the
// service behind it cannot keep up. Nothing was written.
var ErrFull = errors.New("too many items are waiting to be written")

// ErrClosed is returned after Close. Nothing was written.
var ErrClosed = errors.New("batcher is closed")

// Config says how items are gathered.
type Config[T any] struct {
	Size    int           // the most items in one write, unless one caller brings more
	Wait    time.Duration // how long the first item of a write waits for more
	Writers int           // writes at the same time
	Pending int           // callers that may wait for a writer
	// Write writes items and returns one error for all of them. Its context
	// is never cancelled: Write bounds itself.
	Write func(ctx context.Context, items []T) error
	// Alone reports errors that one caller's items may have brought upon the
	// others: each caller's are then written again on their own.
	Alone func(err error) bool
}

// Batcher is safe for concurrent use.
type Batcher[T any] struct {
	cfg     Config[T]
	waiting chan *call[T]
	writers sync.WaitGroup

	mu     sync.RWMutex // held for reading while sending on waiting
	closed bool
}

type call[T any] struct {
	items []T
	done  chan error // takes one error without blocking
}

// New starts the writers. Close ends them.
func New[T any](cfg Config[T]) *Batcher[T] {
	b := &Batcher[T]{cfg: cfg, waiting: make(chan *call[T], cfg.Pending)}
	for range max(cfg.Writers, 1) {
		b.writers.Go(b.run)
	}
	return b
}

// Do returns when items are written, or with the error of the write. Where it
// returns ctx's error, the items may be written or not. No items are no error.
func (b *Batcher[T]) Do(ctx context.Context, items []T) error {
	if len(items) == 0 {
		return nil
	}
	c := &call[T]{items: items, done: make(chan error, 1)}
	if err := b.enqueue(c); err != nil {
		return err
	}
	select {
	case err := <-c.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *Batcher[T]) enqueue(c *call[T]) error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.closed {
		return ErrClosed
	}
	select {
	case b.waiting <- c:
		return nil
	default:
		return ErrFull
	}
}

// Close refuses further items, writes those that wait, and returns when the
// last write has ended.
func (b *Batcher[T]) Close() {
	b.mu.Lock()
	if !b.closed {
		b.closed = true
		close(b.waiting)
	}
	b.mu.Unlock()
	b.writers.Wait()
}

func (b *Batcher[T]) run() {
	for first := range b.waiting {
		b.write(b.gather(first))
	}
}

// gather takes further calls until the size is reached or the wait is over.
func (b *Batcher[T]) gather(first *call[T]) []*call[T] {
	calls, size := []*call[T]{first}, len(first.items)
	timer := time.NewTimer(b.cfg.Wait)
	defer timer.Stop()
	for size < b.cfg.Size {
		select {
		case c, ok := <-b.waiting:
			if !ok {
				return calls
			}
			calls, size = append(calls, c), size+len(c.items)
		case <-timer.C:
			return calls
		}
	}
	return calls
}

func (b *Batcher[T]) write(calls []*call[T]) {
	var items []T
	for _, c := range calls {
		items = append(items, c.items...)
	}
	err := b.cfg.Write(context.Background(), items)
	if err != nil && len(calls) > 1 && b.cfg.Alone != nil && b.cfg.Alone(err) {
		for _, c := range calls {
			c.done <- b.cfg.Write(context.Background(), c.items)
		}
		return
	}
	for _, c := range calls {
		c.done <- err
	}
}
