package vu

import "github.com/grafana/sobek"

// lazy is an object in the prototype chain of another, of, whose members it
// makes when a script first names them.
type lazy struct {
	vu    *VU
	of    *sobek.Object
	has   func(name string) bool
	build func(name string) (value sobek.Value, keep bool)
}

var _ sobek.DynamicObject = (*lazy)(nil)

// Lazily gives o members that are made when a script first names them, or
// never: build makes those that has knows, and is asked again for those that
// it does not want to be kept. That costs one object, which is less than a
// function costs.
func (v *VU) Lazily(o *sobek.Object, has func(name string) bool, build func(name string) (value sobek.Value, keep bool)) {
	between := v.Runtime.NewDynamicObject(&lazy{v, o, has, build})
	v.must(between.SetPrototype(o.Prototype()))
	v.must(o.SetPrototype(between))
}

// Get implements sobek.DynamicObject: it makes a member. It is not asked again
// for one that is kept.
func (l *lazy) Get(name string) sobek.Value {
	if !l.has(name) {
		return nil
	}
	value, keep := l.build(name)
	if keep {
		l.Set(name, value)
	}
	return value
}

// Set implements sobek.DynamicObject: the script has a member of its own.
func (l *lazy) Set(name string, value sobek.Value) bool {
	l.vu.must(l.of.DefineDataProperty(name, value, sobek.FLAG_TRUE, sobek.FLAG_TRUE, sobek.FLAG_FALSE))
	return true
}

// Has implements sobek.DynamicObject.
func (l *lazy) Has(name string) bool { return l.has(name) }

// Delete implements sobek.DynamicObject: what is not made cannot be removed.
func (l *lazy) Delete(name string) bool { return !l.has(name) }

// Keys implements sobek.DynamicObject.
func (l *lazy) Keys() []string { return nil }
