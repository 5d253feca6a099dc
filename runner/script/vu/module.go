package vu

import (
	"fmt"
	"slices"
	"sync"

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

// Record is a module as the JavaScript engine sees it, shared by all virtual
// users of a program.
type Record struct {
	module Module
	owners *Owners
}

// NewRecord returns the record of m, which finds the virtual user of a runtime
// among owners.
func NewRecord(m Module, owners *Owners) *Record { return &Record{m, owners} }

var _ sobek.ModuleRecord = (*Record)(nil)

// Owners knows which runtime belongs to which virtual user while the latter
// runs its init code. It is safe for concurrent use.
type Owners struct{ byRuntime sync.Map }

// Add tells that v's runtime is about to run modules; the function that it
// returns takes that back.
func (o *Owners) Add(v *VU) (remove func()) {
	o.byRuntime.Store(v.Runtime, v)
	return func() { o.byRuntime.Delete(v.Runtime) }
}

// Link implements sobek.ModuleRecord.
func (r *Record) Link() error { return nil }

// GetExportedNames implements sobek.ModuleRecord.
func (r *Record) GetExportedNames(callback func([]string), _ ...sobek.ModuleRecord) bool {
	callback(append([]string{"default"}, r.module.Exports...))
	return true
}

// ResolveExport implements sobek.ModuleRecord.
func (r *Record) ResolveExport(name string, _ ...sobek.ResolveSetElement) (*sobek.ResolvedBinding, bool) {
	if name != "default" && !slices.Contains(r.module.Exports, name) {
		return nil, false
	}
	return &sobek.ResolvedBinding{Module: r, BindingName: name}, false
}

// Evaluate implements sobek.ModuleRecord.
func (r *Record) Evaluate(rt *sobek.Runtime) *sobek.Promise {
	p, resolve, reject := rt.NewPromise()
	owner, ok := r.owners.byRuntime.Load(rt)
	v, _ := owner.(*VU)
	var err error
	if !ok {
		err = reject(fmt.Errorf("module %s is evaluated by a runtime that belongs to nobody", r.module.Name))
	} else {
		err = resolve(r.instantiate(v))
	}
	if err != nil {
		panic(err) // uncatchable: the runtime was interrupted
	}
	return p
}

// Default is the module's default export.
func (r *Record) Default(v *VU) sobek.Value { return r.instantiate(v).GetBindingValue("default") }

// instantiate makes the module, once per virtual user however many files
// import it.
func (r *Record) instantiate(v *VU) *instance {
	if i := v.modules[r]; i != nil {
		return i
	}
	i := &instance{rt: v.Runtime, exports: r.module.Exports, export: r.module.New(v)}
	if v.modules == nil {
		v.modules = make(map[*Record]*instance)
	}
	v.modules[r] = i
	return i
}

// instance is a module of one virtual user. It is also the module's default
// export: a read-only object of all its values.
type instance struct {
	rt      *sobek.Runtime
	exports []string
	export  func(name string) any
	made    map[string]sobek.Value
}

var (
	_ sobek.ModuleInstance = (*instance)(nil)
	_ sobek.DynamicObject  = (*instance)(nil)
)

// GetBindingValue implements sobek.ModuleInstance.
func (i *instance) GetBindingValue(name string) sobek.Value {
	if v, ok := i.made[name]; ok {
		return v
	}
	var v sobek.Value
	if name == "default" {
		v = i.rt.NewDynamicObject(i)
	} else {
		v = i.rt.ToValue(i.export(name))
	}
	if i.made == nil {
		i.made = make(map[string]sobek.Value)
	}
	i.made[name] = v
	return v
}

// Get implements sobek.DynamicObject.
func (i *instance) Get(key string) sobek.Value {
	if !i.Has(key) {
		return nil
	}
	return i.GetBindingValue(key)
}

// Set implements sobek.DynamicObject: a module cannot be changed.
func (i *instance) Set(key string, _ sobek.Value) bool {
	panic(i.rt.NewTypeError("the export %s of a module cannot be changed", key))
}

// Has implements sobek.DynamicObject.
func (i *instance) Has(key string) bool { return slices.Contains(i.exports, key) }

// Delete implements sobek.DynamicObject: a module cannot be changed.
func (i *instance) Delete(key string) bool { return !i.Has(key) }

// Keys implements sobek.DynamicObject.
func (i *instance) Keys() []string { return slices.Clone(i.exports) }
