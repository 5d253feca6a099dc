// Package k6execution is the module k6/execution: what a script can know of
// the test that runs it.
package k6execution

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Module is the module k6/execution.
func Module() vu.Module {
	return vu.Module{
		Name:    "k6/execution",
		Exports: []string{"scenario", "instance", "test", "vu"},
		New: func(v *vu.VU) func(string) any {
			m := module{v}
			return func(name string) any { return m.part(name) }
		},
	}
}

type module struct{ vu *vu.VU }

func (m module) part(name string) *sobek.Object {
	switch name {
	case "scenario":
		return m.scenario()
	case "instance":
		return m.instance()
	case "test":
		return m.test()
	}
	return m.vus()
}

// object makes an object of properties that are computed when they are read.
func (m module) object(properties map[string]func() any) *sobek.Object {
	o := m.vu.Runtime.NewObject()
	for name, get := range properties {
		getter := m.vu.Runtime.ToValue(func(sobek.FunctionCall) sobek.Value { return m.vu.Runtime.ToValue(get()) })
		if err := o.DefineAccessorProperty(name, getter, nil, sobek.FLAG_FALSE, sobek.FLAG_TRUE); err != nil {
			panic(err) // a plain object takes any property
		}
	}
	return o
}

func (m module) scenario() *sobek.Object {
	inside := func(get func() any) func() any {
		return func() any {
			if m.vu.Scenario == nil {
				m.vu.Throw("exec.scenario is known only inside a scenario's iterations")
			}
			return get()
		}
	}
	return m.object(map[string]func() any{
		"name":                inside(func() any { return m.vu.Scenario.Name }),
		"executor":            inside(func() any { return m.vu.Scenario.ExecutorName }),
		"startTime":           inside(func() any { return m.start().Add(m.vu.Scenario.Start).UnixMilli() }),
		"progress":            inside(func() any { return m.progress() }),
		"iterationInInstance": inside(func() any { return m.vu.Number }),
		"iterationInTest":     inside(func() any { return m.vu.Test.Options.Segment.Global(m.vu.Number) }),
	})
}

// start is when the scenarios started.
func (m module) start() time.Time {
	if t := m.vu.Test.Counts.Start.Load(); t != nil {
		return *t
	}
	return time.Now()
}

// progress is the share of the scenario's time that has passed.
func (m module) progress() float64 {
	total := m.vu.Scenario.Executor.Duration()
	if total <= 0 {
		return 1
	}
	passed := time.Since(m.start().Add(m.vu.Scenario.Start))
	return min(max(0, float64(passed)/float64(total)), 1)
}

func (m module) instance() *sobek.Object {
	c := &m.vu.Test.Counts
	return m.object(map[string]func() any{
		"iterationsCompleted":    func() any { return c.Complete.Load() },
		"iterationsInterrupted":  func() any { return c.Interrupted.Load() },
		"vusActive":              func() any { return c.Active.Load() },
		"vusInitialized":         func() any { return c.Initialised.Load() },
		"currentTestRunDuration": func() any { return float64(time.Since(m.start())) / float64(time.Millisecond) },
	})
}

func (m module) test() *sobek.Object {
	return m.object(map[string]func() any{
		"abort": func() any {
			return func(call sobek.FunctionCall) sobek.Value { return m.abort(call.Argument(0)) }
		},
		"fail": func() any {
			return func(call sobek.FunctionCall) sobek.Value { return m.fail(call.Argument(0)) }
		},
		"options": func() any {
			return m.options()
		},
	})
}

// abort ends the test.
func (m module) abort(reason sobek.Value) sobek.Value {
	text := "test aborted"
	if !vu.Absent(reason) {
		text += ": " + reason.String()
	}
	m.vu.Test.Abort(vu.Aborted(text))
	m.vu.Runtime.Interrupt(vu.Aborted(text)) // takes effect at the script's next step
	return sobek.Undefined()
}

// fail marks the test as failed, and goes on.
func (m module) fail(reason sobek.Value) sobek.Value {
	text := "the script marked the test as failed"
	if !vu.Absent(reason) {
		text += ": " + reason.String()
	}
	m.vu.Test.Fail(text)
	return sobek.Undefined()
}

// idInTest is the virtual user's number among those of all instances, from 1.
func (m module) idInTest() uint64 {
	if m.vu.ID == 0 {
		return 0
	}
	return m.vu.Test.Options.Segment.Global(m.vu.ID-1) + 1
}

// options are those of the test as they were decided, which cannot be changed.
func (m module) options() sobek.Value {
	m.vu.OnlyRunning("exec.test.options")
	text, err := json.Marshal(m.vu.Test.Options)
	if err != nil {
		m.vu.Throw("exec.test.options: %v", err)
	}
	value, err := m.vu.ParseJSON(string(text))
	if err != nil {
		panic(err)
	}
	if err := m.vu.Freeze(value); err != nil {
		m.vu.Throw("exec.test.options: %v", err)
	}
	return value
}

func (m module) vus() *sobek.Object {
	o := m.object(map[string]func() any{
		"idInInstance":        func() any { return m.vu.ID },
		"idInTest":            func() any { return m.idInTest() },
		"iterationInInstance": func() any { return m.vu.Own },
		"iterationInScenario": func() any { return m.vu.Own },
	})
	tags, metadata := m.vu.Runtime.NewDynamicObject(&tags{vu: m.vu}), m.vu.Runtime.NewObject()
	metrics := m.vu.Runtime.NewObject()
	if err := errors.Join(o.Set("tags", tags), metrics.Set("tags", tags), metrics.Set("metadata", metadata), o.Set("metrics", metrics)); err != nil {
		panic(err) // plain objects take any property
	}
	return o
}
