// Package vu is one virtual user of a k6-style script: a JavaScript runtime
// with its event loop, and what the modules must know of the test around it.
// Compiled code is shared between virtual users; everything here belongs to
// one and is touched by one goroutine at a time, except where said otherwise.
package vu

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/cookies"
	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/option"
)

// maxCallStack bounds the depth of calls. A call through a built-in function
// (a callback of Array.map, say) takes a few kilobytes of Go's own stack.
const maxCallStack = 4096

// Phase is the stage of the life cycle that a virtual user is in.
type Phase int

// The phases.
const (
	Init    Phase = iota // module code runs: no requests, no sleeping
	Running              // setup, iterations, teardown: no imports, no files
)

// VU is one virtual user.
type VU struct {
	Runtime  *sobek.Runtime
	Loop     *Loop
	Test     *Test
	ID       uint64 // from 1; 0 in init for the options, setup and teardown
	Phase    Phase
	Scenario *option.Scenario // nil outside scenarios
	Number   uint64           // of the iteration in its scenario
	Own      uint64           // of the iteration of this virtual user: __ITER
	Due      time.Time        // when the iteration was due, until its first request took it; zero if it was not
	Group    string           // "::outer::inner", "" at the root
	Tags     map[string]string
	Refused  *Refusal // what the iteration was refused; nil: nothing
	Cookies  cookies.Jar

	Samples *metric.Shard
	Exports *sobek.Object // of the script, once its init code has run

	stop     stop
	modules  map[*Module]*instance
	freeze   sobek.Callable // Object.freeze, once it was needed
	closers  []func()
	resets   []func()
	settlers []func()
}

// New returns a virtual user whose runtime has run nothing yet.
func New(t *Test, id uint64) *VU {
	v := &VU{Runtime: sobek.New(), Test: t, ID: id}
	if t.Metrics != nil {
		v.Samples = t.Metrics.Shard(id)
	}
	v.Runtime.SetMaxCallStackSize(maxCallStack)
	v.Loop = newLoop(v.Runtime)
	v.stop.runtime, v.stop.bound = v.Runtime, context.Background()
	return v
}

// Do runs fn and what it leaves on the event loop to the end, under ctx. When
// ctx ends, whatever runs is interrupted, and the error says so: it is the
// cause of ctx's end.
func (v *VU) Do(ctx context.Context, fn func() (sobek.Value, error)) (sobek.Value, error) {
	if !v.stop.bind(ctx) {
		return nil, context.Cause(ctx)
	}
	result, err := v.attempt(ctx, fn)
	v.stop.release()
	v.Loop.operations.Wait()
	for _, f := range v.settlers {
		f()
	}
	if ctx.Err() == nil {
		v.Runtime.ClearInterrupt() // of this run alone: a refusal, say
	} else if err != nil {
		err = context.Cause(ctx)
	}
	return result, err
}

// Panic is a mistake of the engine, or of the JavaScript engine, that a script
// has brought out. Nothing that was measured after it can be trusted.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string {
	return fmt.Sprintf("a mistake of the script engine: %v (please report it with the script)", p.Value)
}

// attempt runs fn on the loop. A panic ends the test, and not the process.
func (v *VU) attempt(ctx context.Context, fn func() (sobek.Value, error)) (result sobek.Value, err error) {
	defer func() {
		if x := recover(); x != nil {
			p := &Panic{x, debug.Stack()}
			v.Test.Abort(p)
			result, err = nil, p
		}
	}()
	return v.Loop.run(ctx, fn)
}

// Context ends when the iteration (or other stage) under way must end, or has
// ended. It is for operations that outlive a call; those that do not use Watch,
// which costs less.
func (v *VU) Context() context.Context { return v.stop.context() }

// Bound is the context that the iteration runs under, for what ends before the
// function does that the script called.
func (v *VU) Bound() context.Context { return v.stop.bound }

// Ended is closed when the iteration under way must end.
func (v *VU) Ended() <-chan struct{} { return v.stop.bound.Done() }

// Watch has a's Abort called when the iteration under way must end, until
// Unwatch. If it must end already, a is aborted at once.
func (v *VU) Watch(a Aborter) { v.stop.watch(a) }

// Unwatch takes a Watch back.
func (v *VU) Unwatch(a Aborter) { v.stop.unwatch(a) }

// Interrupt ends the running script at its next step if the iteration must
// end. Functions that wait call it when their wait was cut short, so that no
// further statement runs.
func (v *VU) Interrupt() bool {
	if v.stop.bound.Err() == nil {
		return false
	}
	v.Runtime.Interrupt(context.Cause(v.stop.bound)) // takes effect at the script's next step
	return true
}

// Throw throws an Error into the script.
func (v *VU) Throw(format string, args ...any) { panic(v.Error(format, args...)) }

// Error makes an Error, such as the reason of a rejection.
func (v *VU) Error(format string, args ...any) *sobek.Object {
	text := fmt.Sprintf(format, args...)
	e, err := v.Runtime.New(v.Runtime.Get("Error"), v.Runtime.ToValue(text))
	if err != nil { // the script has replaced the global Error
		return v.Runtime.NewGoError(errors.New(text))
	}
	return e
}

// OnlyInit throws unless the virtual user is in its init phase.
func (v *VU) OnlyInit(what string) {
	if v.Phase != Init {
		v.Throw("%s is for the init context only: move it out of the function, to the top of the script", what)
	}
}

// OnlyRunning throws if the virtual user is in its init phase.
func (v *VU) OnlyRunning(what string) {
	if v.Phase == Init {
		v.Throw("%s cannot be used in the init context: move it into setup, teardown or a function that a scenario runs", what)
	}
}

// OnReset has f run before each iteration.
func (v *VU) OnReset(f func()) { v.resets = append(v.resets, f) }

// Reset prepares the virtual user for its next iteration.
func (v *VU) Reset() {
	v.Group, v.Refused = "", nil
	if !v.Test.Options.HTTP.NoCookiesReset {
		v.Cookies.Forget()
	}
	for _, f := range v.resets {
		f()
	}
}

// OnSettled has f run at the end of every run, when nothing is under way any
// more. It is for what must be told also of a run that was cut short.
func (v *VU) OnSettled(f func()) { v.settlers = append(v.settlers, f) }

// OnClose has f run when the virtual user is done for good.
func (v *VU) OnClose(f func()) { v.closers = append(v.closers, f) }

// Close releases what the virtual user holds.
func (v *VU) Close() {
	v.stop.close()
	for _, f := range v.closers {
		f()
	}
	v.closers = nil
}

// Emit takes a sample that carries the tags of the virtual user alone.
func (v *VU) Emit(m *metric.Metric, value float64) { v.Samples.Add(m, value, v) }

// Absent tells whether a script gave nothing.
func Absent(value sobek.Value) bool {
	return value == nil || sobek.IsUndefined(value) || sobek.IsNull(value)
}
