package vu

import (
	"slices"

	"github.com/grafana/sobek"
)

// Module is one built-in module, such as k6/http.
type Module struct {
	Name string
	// Exports are the names that a script can import, besides the default
	// export, which is an object of them all.
	Exports []string
	// New makes the module for one virtual user. What it returns gives the
	// value of each of Exports, and is asked at most once for each: functions
	// that a script does not use are never made.
	New func(v *VU) func(name string) any
}

// Import returns an export of a module, or the module as a whole for the name
// "". A module is made once per virtual user.
func (v *VU) Import(m *Module, name string) sobek.Value {
	i := v.modules[m]
	if i == nil {
		i = &instance{rt: v.Runtime, module: m, export: m.New(v)}
		if v.modules == nil {
			v.modules = make(map[*Module]*instance)
		}
		v.modules[m] = i
	}
	if name != "" {
		return i.value(name)
	}
	if i.whole == nil {
		i.whole = v.Runtime.NewDynamicObject(i)
	}
	return i.whole
}

// instance is a module of one virtual user. It is also the module's default
// export: a read-only object of all its values.
type instance struct {
	rt     *sobek.Runtime
	module *Module
	export func(name string) any
	whole  *sobek.Object
	made   map[string]sobek.Value
}

var _ sobek.DynamicObject = (*instance)(nil)

func (i *instance) value(name string) sobek.Value {
	if v, ok := i.made[name]; ok {
		return v
	}
	v := i.rt.ToValue(i.export(name))
	if i.made == nil {
		i.made = make(map[string]sobek.Value)
	}
	i.made[name] = v
	return v
}

// Get implements sobek.DynamicObject.
func (i *instance) Get(key string) sobek.Value {
	if v, ok := i.made[key]; ok {
		return v
	}
	if key == "default" {
		return i.whole
	}
	if !i.Has(key) {
		return nil
	}
	return i.value(key)
}

// Set implements sobek.DynamicObject: a module cannot be changed.
func (i *instance) Set(key string, _ sobek.Value) bool {
	panic(i.rt.NewTypeError("the export %s of a module cannot be changed", key))
}

// Has implements sobek.DynamicObject.
func (i *instance) Has(key string) bool { return slices.Contains(i.module.Exports, key) }

// Delete implements sobek.DynamicObject: a module cannot be changed.
func (i *instance) Delete(key string) bool { return !i.Has(key) }

// Keys implements sobek.DynamicObject.
func (i *instance) Keys() []string { return slices.Clone(i.module.Exports) }
