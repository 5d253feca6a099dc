package globals

import (
	"fmt"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/textcoding"
	"github.com/artisan-platform/headroom/runner/script/vu"
	"github.com/artisan-platform/headroom/runner/script/webcrypto"
)

// makers make the globals that a virtual user gets when its script first
// names them.
var makers = map[string]func(v *vu.VU) sobek.Value{
	"TextDecoder": textcoding.NewDecoder,
	"TextEncoder": textcoding.NewEncoder,
	"crypto":      webcrypto.New,
}

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
func (l lazy) Has(name string) bool { return makers[name] != nil }

// Delete implements sobek.DynamicObject: what is not made cannot be removed.
func (l lazy) Delete(name string) bool { return !l.Has(name) }

// Keys implements sobek.DynamicObject.
func (l lazy) Keys() []string { return nil }
