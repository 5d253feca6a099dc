package vu

import (
	"context"
	"slices"
	"sync"

	"github.com/grafana/sobek"
)

// Aborter is something under way that can be cut short from any goroutine.
type Aborter interface{ Abort() }

// stop has a virtual user end what it does when a context ends. Most
// iterations run under one context for long, so that to watch it costs nothing
// per iteration.
type stop struct {
	runtime *sobek.Runtime
	bound   context.Context
	unbind  func()

	inner  context.Context // made when it is first asked for
	cancel context.CancelFunc

	mu       sync.Mutex
	ended    bool // bound has ended, or the run under it
	watching []Aborter
}

// bind says under which context the virtual user runs from now on; it is false
// if that has ended.
func (s *stop) bind(ctx context.Context) bool {
	if ctx.Err() != nil {
		return false
	}
	if s.bound != ctx {
		s.rebind(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = ctx.Err() != nil // from here on end says so
	return !s.ended
}

func (s *stop) rebind(ctx context.Context) {
	s.close()
	s.runtime.ClearInterrupt()
	s.bound = ctx
	if ctx.Done() == nil {
		return
	}
	over := make(chan struct{})
	forget := context.AfterFunc(ctx, func() {
		defer close(over)
		s.end()
	})
	s.unbind = func() {
		if !forget() {
			<-over
		}
	}
}

// end interrupts what the virtual user does.
func (s *stop) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runtime.Interrupt(context.Cause(s.bound))
	s.abort()
}

// abort is called under the lock.
func (s *stop) abort() {
	s.ended = true
	for _, a := range s.watching {
		a.Abort()
	}
}

func (s *stop) watch(a Aborter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watching = append(s.watching, a)
	if s.ended {
		a.Abort()
	}
}

func (s *stop) unwatch(a Aborter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.watching, a); i >= 0 {
		s.watching = slices.Delete(s.watching, i, i+1)
	}
}

// context is of one run, and ends with it.
func (s *stop) context() context.Context {
	if s.inner == nil {
		s.inner, s.cancel = context.WithCancel(s.bound)
	}
	return s.inner
}

// release ends what a run has left under way.
func (s *stop) release() {
	if s.cancel != nil {
		s.cancel()
		s.inner, s.cancel = nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.abort()
}

// close lets go of the context.
func (s *stop) close() {
	if s.unbind != nil {
		s.unbind()
		s.unbind = nil
	}
}
