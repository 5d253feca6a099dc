// Package k6core is the module k6: check, fail, group, randomSeed, sleep.
package k6core

import (
	"math/rand/v2"
	"strings"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Module is the module k6.
func Module() vu.Module {
	return vu.Module{
		Name:    "k6",
		Exports: []string{"check", "fail", "group", "randomSeed", "sleep"},
		New: func(v *vu.VU) func(string) any {
			m := module{v}
			return func(name string) any { return m.function(name) }
		},
	}
}

type module struct{ vu *vu.VU }

func (m module) function(name string) func(sobek.FunctionCall) sobek.Value {
	switch name {
	case "check":
		return m.check
	case "fail":
		return m.fail
	case "group":
		return m.group
	case "randomSeed":
		return m.randomSeed
	}
	return m.sleep
}

// fail throws: the iteration ends.
func (m module) fail(call sobek.FunctionCall) sobek.Value {
	text := "fail() was called"
	if a := call.Argument(0); !vu.Absent(a) {
		text = a.String()
	}
	m.vu.Throw("%s", text)
	return nil
}

// group runs a function and times it; samples within carry its name.
func (m module) group(call sobek.FunctionCall) sobek.Value {
	m.vu.OnlyRunning("group()")
	name := call.Argument(0).String()
	if strings.Contains(name, "::") {
		m.vu.Throw("group(%q): a name must not contain \"::\"", name)
	}
	fn, ok := sobek.AssertFunction(call.Argument(1))
	if !ok {
		m.vu.Throw("group(%q) needs a function", name)
	}
	outer, start := m.vu.Group, time.Now()
	m.vu.Group = outer + "::" + name
	m.vu.Test.Groups.Enter(m.vu.Group)
	defer func() { m.vu.Group = outer }()
	result, err := fn(sobek.Undefined())
	m.vu.Emit(m.vu.Test.Builtin.GroupDuration, milliseconds(time.Since(start)))
	if err != nil {
		panic(err)
	}
	if isPromise(result) {
		m.vu.Throw("group(%q): async functions are not supported: the group would end before they do", name)
	}
	return result
}

func isPromise(v sobek.Value) bool {
	o, ok := v.(*sobek.Object)
	if !ok {
		return false
	}
	_, ok = o.Export().(*sobek.Promise)
	return ok
}

// randomSeed makes Math.random repeatable.
func (m module) randomSeed(call sobek.FunctionCall) sobek.Value {
	source := rand.New(rand.NewPCG(uint64(call.Argument(0).ToInteger()), 0))
	m.vu.Runtime.SetRandSource(source.Float64)
	return sobek.Undefined()
}

// sleep waits so many seconds, or until the iteration is cut short.
func (m module) sleep(call sobek.FunctionCall) sobek.Value {
	m.vu.OnlyRunning("sleep()")
	if s := call.Argument(0).ToFloat(); s > 0 {
		wait(m.vu.Ended(), time.Duration(min(s, 1e9)*float64(time.Second)))
		m.vu.Interrupt()
	}
	return sobek.Undefined()
}

func wait(ended <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ended:
	}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
