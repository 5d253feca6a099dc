package k6core

import (
	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// check counts, for each entry of its second argument, whether it holds for
// the first, and tells whether all do. A condition that throws counts as
// failed, and ends the iteration as any exception does.
func (m module) check(call sobek.FunctionCall) sobek.Value {
	m.vu.OnlyRunning("check()")
	if vu.Absent(call.Argument(1)) {
		m.vu.Throw("check() needs an object of conditions as its second argument")
	}
	value, sets := call.Argument(0), call.Argument(1).ToObject(m.vu.Runtime)
	tags := m.vu.ExportTags(call.Argument(2))
	all := true
	for _, name := range sets.Keys() {
		pass, err := m.holds(name, sets.Get(name), value)
		m.count(name, pass, tags)
		if err != nil {
			panic(err)
		}
		all = all && pass
	}
	return m.vu.Runtime.ToValue(all)
}

// holds evaluates one condition: a function of the value, or a plain value.
func (m module) holds(name string, condition, value sobek.Value) (bool, error) {
	fn, ok := sobek.AssertFunction(condition)
	if !ok {
		return condition.ToBoolean(), nil
	}
	result, err := fn(sobek.Undefined(), value)
	if err != nil {
		return false, err
	}
	if isPromise(result) {
		m.vu.Throw("check %q: async functions are not supported: a promise is always true; await the value before the check", name)
	}
	return result.ToBoolean(), nil
}

func (m module) count(name string, pass bool, tags map[string]string) {
	m.vu.Test.Groups.Count(m.vu.Group, name, pass)
	v := 0.0
	if pass {
		v = 1
	}
	m.vu.Samples.Add(m.vu.Test.Builtin.Checks, v, &checkTags{name, vu.Tagged{Own: tags, VU: m.vu}})
}

// checkTags are the tags of a sample of the metric checks.
type checkTags struct {
	name string
	vu.Tagged
}

// Tag implements metric.Tags.
func (t *checkTags) Tag(key string) (string, bool) {
	if key == "check" && t.VU.Test.Options.SystemTags.Has(key) {
		return t.name, true
	}
	return t.Tagged.Tag(key)
}

// Put implements metric.Tags.
func (t *checkTags) Put(into metric.Set) {
	t.Tagged.Put(into)
	if t.VU.Test.Options.SystemTags.Has("check") {
		into["check"] = t.name
	}
}
