package globals

import (
	"fmt"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// makers make the globals that a virtual user gets when its script first
// names them.
var makers map[string]func(v *vu.VU) sobek.Value

func init() {
	makers = map[string]func(v *vu.VU) sobek.Value{
		"__ENV":   func(v *vu.VU) sobek.Value { return v.Runtime.NewDynamicObject(&environment{vu: v}) },
		"__VU":    func(v *vu.VU) sobek.Value { return v.Runtime.ToValue(v.ID) },
		"console": func(v *vu.VU) sobek.Value { return console(v) },
		"global":  func(v *vu.VU) sobek.Value { return v.Runtime.GlobalObject() },
		"open":    func(v *vu.VU) sobek.Value { return function(v, open) },
		"require": func(v *vu.VU) sobek.Value { return function(v, require) },
	}
	for _, name := range vu.TimerNames {
		makers[name] = func(v *vu.VU) sobek.Value { return v.Runtime.ToValue(v.Timer(name)) }
	}
}

// iteration is the global that tells how many iterations the virtual user has
// run.
const iteration = "__ITER"

// lazy is the prototype of the global object: it is asked for the globals
// that are not there yet. One such object costs a virtual user far less than
// an accessor per global would.
type lazy struct{ vu *vu.VU }

var _ sobek.DynamicObject = lazy{}

// setLazy offers the globals of makers.
func setLazy(v *vu.VU) error {
	global := v.Runtime.GlobalObject()
	o := v.Runtime.NewDynamicObject(lazy{v})
	if err := o.SetPrototype(global.Prototype()); err != nil {
		return fmt.Errorf("offer the globals that are made on first use: %w", err)
	}
	if err := global.SetPrototype(o); err != nil {
		return fmt.Errorf("offer the globals that are made on first use: %w", err)
	}
	return nil
}

// Get implements sobek.DynamicObject: it makes a global and sets it.
func (l lazy) Get(name string) sobek.Value {
	if name == iteration { // it changes: it is never set
		return l.vu.Runtime.ToValue(l.vu.Own)
	}
	build := makers[name]
	if build == nil {
		return nil
	}
	value := build(l.vu)
	l.Set(name, value)
	return value
}

// Set implements sobek.DynamicObject: the script has a value of its own.
func (l lazy) Set(name string, value sobek.Value) bool {
	err := l.vu.Runtime.GlobalObject().DefineDataProperty(name, value, sobek.FLAG_TRUE, sobek.FLAG_TRUE, sobek.FLAG_FALSE)
	if err != nil {
		l.vu.Throw("set the global %s: %v", name, err)
	}
	return true
}

// Has implements sobek.DynamicObject.
func (l lazy) Has(name string) bool { return name == iteration || makers[name] != nil }

// Delete implements sobek.DynamicObject: what is not made cannot be removed.
func (l lazy) Delete(name string) bool { return !l.Has(name) }

// Keys implements sobek.DynamicObject.
func (l lazy) Keys() []string { return nil }
