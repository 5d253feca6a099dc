// Package vu is one virtual user of a k6-style script: a JavaScript runtime
// with its event loop, and what the modules must know of the test around it.
// Compiled code is shared between virtual users; everything here belongs to
// one and is touched by one goroutine at a time, except where said otherwise.
package vu

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/grafana/sobek"

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

	ctx     context.Context
	modules map[*Record]*instance
	closers []func()
	resets  []func()
}

// New returns a virtual user whose runtime has run nothing yet.
func New(t *Test, id uint64) *VU {
	v := &VU{Runtime: sobek.New(), Test: t, ID: id, ctx: context.Background()}
	v.Runtime.SetMaxCallStackSize(maxCallStack)
	v.Loop = newLoop(v.Runtime)
	return v
}

// Context ends when the iteration (or other stage) under way must end.
func (v *VU) Context() context.Context { return v.ctx }

// Do runs fn and what it leaves on the event loop to the end, under ctx. When
// ctx ends, whatever runs is interrupted, and the error says so: it is the
// cause of ctx's end.
func (v *VU) Do(ctx context.Context, fn func() (sobek.Value, error)) (sobek.Value, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	inner, cancel := context.WithCancel(ctx)
	v.ctx = inner
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		v.Runtime.Interrupt(context.Cause(ctx))
		close(interrupted)
	})
	result, err := v.Loop.run(ctx, fn)
	cancel()
	v.Loop.operations.Wait()
	if !stop() {
		<-interrupted
		if err != nil {
			err = context.Cause(ctx)
		}
	}
	v.Runtime.ClearInterrupt()
	v.ctx = context.Background()
	return result, err
}

// Interrupt ends the running script at its next step if the context has
// ended. Functions that wait call it when their wait was cut short, so that
// no further statement runs.
func (v *VU) Interrupt() bool {
	if v.ctx.Err() == nil {
		return false
	}
	v.Runtime.Interrupt(context.Cause(v.ctx)) // takes effect at the script's next step
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
	for _, f := range v.resets {
		f()
	}
}

// OnClose has f run when the virtual user is done for good.
func (v *VU) OnClose(f func()) { v.closers = append(v.closers, f) }

// Close releases what the virtual user holds.
func (v *VU) Close() {
	for _, f := range v.closers {
		f()
	}
	v.closers = nil
}

// Tag implements metric.Tags with the tags that every sample of the virtual
// user carries.
func (v *VU) Tag(key string) (string, bool) {
	if s, ok := v.Tags[key]; ok {
		return s, true
	}
	switch {
	case key == "group":
		return v.Group, true
	case v.Scenario == nil:
	case key == "scenario":
		return v.Scenario.Name, true
	default:
		if s, ok := v.Scenario.Tags[key]; ok {
			return s, true
		}
	}
	s, ok := v.Test.Options.Tags[key]
	return s, ok
}

// Tagged are the tags of a sample: its own before those of its virtual user.
type Tagged struct {
	Own map[string]string
	VU  *VU
}

// Tag implements metric.Tags.
func (t Tagged) Tag(key string) (string, bool) {
	if s, ok := t.Own[key]; ok {
		return s, true
	}
	return t.VU.Tag(key)
}

// ExportTags reads a script's tags: an object of strings, numbers and
// booleans. Absent values give no tags.
func (v *VU) ExportTags(value sobek.Value) map[string]string {
	if Absent(value) {
		return nil
	}
	o := value.ToObject(v.Runtime)
	tags := make(map[string]string)
	for _, k := range o.Keys() {
		if e := o.Get(k); !Absent(e) {
			tags[k] = e.String()
		}
	}
	return tags
}

// Absent tells whether a script gave nothing.
func Absent(value sobek.Value) bool {
	return value == nil || sobek.IsUndefined(value) || sobek.IsNull(value)
}
