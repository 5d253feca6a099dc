package executor

import (
	"context"
	"sync"
	"time"
)

// slot is the place of one virtual user in a ramp. It may be wanted again
// before it has finished what it was doing when it was last unwanted.
type slot struct {
	vu VU

	mu      sync.Mutex
	wanted  bool
	running bool // its goroutine lives
	ctx     context.Context
	cut     context.CancelCauseFunc // ends ctx
	grace   *time.Timer             // cuts once the ramp-down's grace is over
}

// want marks the slot as wanted. It reports true if nobody runs it yet: the
// caller does from then on.
func (s *slot) want(hard context.Context) (idle bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wanted = true
	if s.grace != nil {
		s.grace.Stop()
	}
	if s.running {
		return false
	}
	s.running = true
	s.renew(hard)
	return true
}

// stop lets the running iteration finish within grace.
func (s *slot) stop(grace time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wanted = false
	if s.running {
		cut := s.cut
		s.grace = time.AfterFunc(grace, func() { cut(ErrCut) })
	}
}

// next returns the context of the next iteration, or false if there is none;
// then the slot is idle.
func (s *slot) next(soft, hard context.Context) (context.Context, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.wanted || !open(soft) {
		s.running = false
		s.cut(nil)
		if s.grace != nil {
			s.grace.Stop()
		}
		return nil, false
	}
	if s.ctx.Err() != nil {
		s.renew(hard)
	}
	return s.ctx, true
}

func (s *slot) renew(hard context.Context) {
	s.ctx, s.cut = context.WithCancelCause(hard)
}
