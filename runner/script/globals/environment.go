package globals

import (
	"maps"
	"slices"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// environment is __ENV: the test's variables and those of the scenario, which
// come first. Each virtual user may write to its own; what it does not write
// is shared.
type environment struct {
	vu      *vu.VU
	written map[string]sobek.Value // nil values are deleted
}

var _ sobek.DynamicObject = (*environment)(nil)

// Get implements sobek.DynamicObject.
func (e *environment) Get(key string) sobek.Value {
	if v, ok := e.written[key]; ok {
		return v
	}
	if e.vu.Scenario != nil {
		if s, ok := e.vu.Scenario.Env[key]; ok {
			return e.vu.Runtime.ToValue(s)
		}
	}
	if s, ok := e.vu.Test.Env[key]; ok {
		return e.vu.Runtime.ToValue(s)
	}
	return nil
}

// Set implements sobek.DynamicObject.
func (e *environment) Set(key string, v sobek.Value) bool {
	if e.written == nil {
		e.written = make(map[string]sobek.Value)
	}
	e.written[key] = v
	return true
}

// Has implements sobek.DynamicObject.
func (e *environment) Has(key string) bool { return e.Get(key) != nil }

// Delete implements sobek.DynamicObject.
func (e *environment) Delete(key string) bool { return e.Set(key, nil) }

// Keys implements sobek.DynamicObject.
func (e *environment) Keys() []string {
	all := make(map[string]bool)
	for _, keys := range []map[string]string{e.vu.Test.Env, e.scenario()} {
		for k := range keys {
			all[k] = true
		}
	}
	for k := range e.written {
		all[k] = true
	}
	maps.DeleteFunc(all, func(k string, _ bool) bool { return !e.Has(k) })
	return slices.Sorted(maps.Keys(all))
}

func (e *environment) scenario() map[string]string {
	if e.vu.Scenario == nil {
		return nil
	}
	return e.vu.Scenario.Env
}
