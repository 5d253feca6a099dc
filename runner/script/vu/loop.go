package vu

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/grafana/sobek"
)

// Loop is the event loop of one virtual user. An iteration is over when
// nothing is left on it: no timer, no operation under way, no promise that
// was rejected and heeded by nobody.
type Loop struct {
	rt       *sobek.Runtime
	timers   timers
	rejected []*sobek.Promise

	timersTurn bool // the last to run was an operation

	operations sync.WaitGroup // under way elsewhere

	mu      sync.Mutex
	round   uint64 // of the run: what an earlier run left behind is void
	pending int    // operations under way elsewhere
	ready   []func() error
	wake    chan struct{}
}

func newLoop(rt *sobek.Runtime) *Loop {
	l := &Loop{rt: rt, wake: make(chan struct{}, 1)}
	rt.SetPromiseRejectionTracker(l.track)
	return l
}

// track keeps the promises that were rejected and have no handler.
func (l *Loop) track(p *sobek.Promise, op sobek.PromiseRejectionOperation) {
	if op == sobek.PromiseRejectionReject {
		l.rejected = append(l.rejected, p)
		return
	}
	for i, r := range l.rejected {
		if r == p {
			l.rejected = append(l.rejected[:i], l.rejected[i+1:]...)
			return
		}
	}
}

// Begin says that an operation is under way elsewhere. The function that it
// returns may be called once, from any goroutine, with what is to run on the
// loop when the operation is over.
func (l *Loop) Begin() func(then func() error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending++
	l.operations.Add(1)
	round := l.round
	return func(then func() error) {
		defer l.operations.Done()
		l.mu.Lock()
		defer l.mu.Unlock()
		if round != l.round {
			return
		}
		l.pending--
		l.ready = append(l.ready, then)
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}

// run calls fn, then whatever becomes due, until nothing is left or something
// fails. If fn returns a promise, run returns what the promise resolves to.
func (l *Loop) run(ctx context.Context, fn func() (sobek.Value, error)) (sobek.Value, error) {
	defer l.clear()
	result, err := fn()
	if err != nil {
		return nil, err
	}
	promise := asPromise(result)
	for {
		if err := l.unheeded(promise); err != nil {
			return nil, err
		}
		next, ok, err := l.next(ctx)
		if err != nil {
			return nil, err
		}
		if !ok {
			return l.settle(promise, result)
		}
		if err := next(); err != nil {
			return nil, err
		}
	}
}

func asPromise(v sobek.Value) *sobek.Promise {
	o, ok := v.(*sobek.Object)
	if !ok {
		return nil
	}
	p, _ := o.Export().(*sobek.Promise)
	return p
}

// unheeded returns the reason of a rejection that nobody handles.
func (l *Loop) unheeded(main *sobek.Promise) error {
	if main != nil && main.State() == sobek.PromiseStateRejected {
		return &Rejection{Reason: main.Result()}
	}
	if len(l.rejected) > 0 {
		return &Rejection{Reason: l.rejected[0].Result()}
	}
	return nil
}

var errNeverSettled = errors.New("the promise that the function returned never settles: nothing is left that could settle it")

func (l *Loop) settle(p *sobek.Promise, result sobek.Value) (sobek.Value, error) {
	switch {
	case p == nil:
		return result, nil
	case p.State() == sobek.PromiseStatePending:
		return nil, errNeverSettled
	}
	return p.Result(), nil
}

// next waits for what is to run next; ok is false if nothing is left. Timers
// that are due and operations that have ended take turns: a WebSocket whose
// messages never cease must not keep a timer from closing it.
func (l *Loop) next(ctx context.Context) (next func() error, ok bool, err error) {
	for {
		at, timed := l.timers.first()
		due := timed && !time.Now().Before(at)
		next, pending := l.takeReady(due && l.timersTurn)
		l.timersTurn = next != nil
		switch {
		case next != nil:
			return next, true, nil
		case due:
			return l.timers.pop(), true, nil
		case !timed && pending == 0:
			return nil, false, nil
		}
		if err := l.wait(ctx, at, timed); err != nil {
			return nil, false, err
		}
	}
}

// takeReady removes what an operation that has ended wants to be run, unless
// that has to wait; nil if there is nothing.
func (l *Loop) takeReady(hold bool) (next func() error, pending int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ready) > 0 && !hold {
		next, l.ready = l.ready[0], l.ready[1:]
	}
	return next, l.pending
}

// wait returns when the time has come, when an operation ended or when ctx did.
func (l *Loop) wait(ctx context.Context, at time.Time, timed bool) error {
	var due <-chan time.Time
	if timed {
		t := time.NewTimer(time.Until(at))
		defer t.Stop()
		due = t.C
	}
	select {
	case <-due:
	case <-l.wake:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// clear forgets what a run left behind.
func (l *Loop) clear() {
	l.timers.clear()
	l.rejected = nil
	l.mu.Lock()
	defer l.mu.Unlock()
	l.round++
	l.pending, l.ready = 0, nil
}
