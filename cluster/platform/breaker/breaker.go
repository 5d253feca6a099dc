// Package breaker is a circuit breaker: it stops asking a service that fails,
// and tries again with one call at a time.
//
// It is closed while calls succeed. After a number of failures in a row it
// opens, and every call is refused at once, so that callers can fall back
// instead of waiting for a time-out each. When it has been open for a while it
// is half-open: one call at a time goes through, and its outcome closes the
// breaker or opens it again. (M. Nygard, Release It!, "Circuit Breaker".)
package breaker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrOpen is returned for a call that was refused. It was not made.
var ErrOpen = errors.New("circuit breaker is open")

// State is what a breaker does with calls. The numbers are those of the metric
// circuit_breaker_state.
type State int

// The states, in the order of how much goes through.
const (
	Closed   State = 0 // every call
	HalfOpen State = 1 // one call at a time
	Open     State = 2 // none
)

func (s State) String() string {
	switch s {
	case Closed:
		return "closed"
	case HalfOpen:
		return "half-open"
	case Open:
		return "open"
	}
	return fmt.Sprintf("State(%d)", int(s))
}

// Outcome is what a call says about the service.
type Outcome int

// The outcomes.
const (
	Success Outcome = iota // it answers
	Failure                // it does not
	Neutral                // nothing: the caller gave up, say
)

// Config says when a breaker opens and for how long.
type Config struct {
	Failures int                     // failures in a row that open it; at least 1
	OpenFor  time.Duration           // from opening to half-open
	Judge    func(err error) Outcome // nil: an error is a failure, unless the caller cancelled
	Changed  func(from, to State)    // called on each change, one at a time; it must not call the breaker; may be nil
	Refused  func()                  // called for each refused call; may be nil
	now      func() time.Time        // for tests
}

// Breaker guards the calls to one service. It is safe for concurrent use.
type Breaker struct {
	cfg Config

	mu       sync.Mutex
	state    State
	failures int       // in a row, while closed
	openedAt time.Time // while open
	probing  bool      // while half-open: the one call is out
	era      uint64    // grows with each change: an answer from an earlier era says nothing
}

// New returns a closed breaker.
func New(cfg Config) *Breaker {
	cfg.Failures = max(cfg.Failures, 1)
	if cfg.Judge == nil {
		cfg.Judge = judge
	}
	if cfg.now == nil {
		cfg.now = time.Now
	}
	return &Breaker{cfg: cfg}
}

func judge(err error) Outcome {
	switch {
	case err == nil:
		return Success
	case errors.Is(err, context.Canceled):
		return Neutral
	}
	return Failure
}

// Do calls fn unless the breaker refuses, and returns fn's error as it is or
// ErrOpen. A panic of fn is a failure and goes on.
func (b *Breaker) Do(fn func() error) error {
	era, ok := b.admit()
	if !ok {
		if b.cfg.Refused != nil {
			b.cfg.Refused()
		}
		return ErrOpen
	}
	outcome := Failure
	defer func() { b.settle(era, outcome) }()
	err := fn()
	outcome = b.cfg.Judge(err)
	return err
}

// State is the state that the next call would meet.
func (b *Breaker) State() State {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.thaw()
	return b.state
}

func (b *Breaker) admit() (era uint64, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.thaw()
	switch {
	case b.state == Open, b.state == HalfOpen && b.probing:
		return 0, false
	case b.state == HalfOpen:
		b.probing = true
	}
	return b.era, true
}

// thaw makes an open breaker half-open when its time has come.
func (b *Breaker) thaw() {
	if b.state == Open && b.cfg.now().Sub(b.openedAt) >= b.cfg.OpenFor {
		b.become(HalfOpen)
	}
}

func (b *Breaker) settle(era uint64, outcome Outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if era != b.era {
		return
	}
	b.probing = false
	switch {
	case outcome == Neutral:
	case outcome == Success && b.state == HalfOpen:
		b.become(Closed)
	case outcome == Success:
		b.failures = 0
	default:
		b.failures++
		if b.state == HalfOpen || b.failures >= b.cfg.Failures {
			b.become(Open)
		}
	}
}

func (b *Breaker) become(to State) {
	from := b.state
	b.state, b.failures, b.probing = to, 0, false
	b.era++
	if to == Open {
		b.openedAt = b.cfg.now()
	}
	if b.cfg.Changed != nil {
		b.cfg.Changed(from, to)
	}
}
