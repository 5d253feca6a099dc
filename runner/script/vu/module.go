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
	// New makes the module for one virtual user: the values of Exports.
	New func(v *VU) map[string]any
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

// instantiate makes the module, once per virtual user however many files
// import it.
func (r *Record) instantiate(v *VU) *instance {
	if i := v.modules[r]; i != nil {
		return i
	}
	i := &instance{values: make(map[string]sobek.Value, len(r.module.Exports)+1)}
	all := v.Runtime.NewObject()
	exports := r.module.New(v)
	for _, name := range r.module.Exports {
		value := v.Runtime.ToValue(exports[name])
		i.values[name] = value
		if err := all.Set(name, value); err != nil {
			panic(err) // a plain object takes any property
		}
	}
	i.values["default"] = all
	if v.modules == nil {
		v.modules = make(map[*Record]*instance)
	}
	v.modules[r] = i
	return i
}

// instance is a module of one virtual user.
type instance struct{ values map[string]sobek.Value }

// GetBindingValue implements sobek.ModuleInstance.
func (i *instance) GetBindingValue(name string) sobek.Value { return i.values[name] }
