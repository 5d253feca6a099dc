package vu

import (
	"errors"

	"github.com/grafana/sobek"
)

// Slot is what the standards of the web call an internal slot: a value of Go
// that an object of a script carries and that scripts cannot see.
type Slot[T any] struct{ key *sobek.Symbol }

// NewSlot returns a slot, which all virtual users may share.
func NewSlot[T any](name string) Slot[T] { return Slot[T]{sobek.NewSymbol(name)} }

// kept hides a value: it has no field and no method that a script could name.
type kept[T any] struct{ value T }

// Put makes o carry value for good.
func (s Slot[T]) Put(v *VU, o *sobek.Object, value T) {
	hidden := v.Runtime.ToValue(&kept[T]{value})
	v.must(o.DefineDataPropertySymbol(s.key, hidden, sobek.FLAG_FALSE, sobek.FLAG_FALSE, sobek.FLAG_FALSE))
}

// Of is the value that an object carries; ok is false for any other.
func (s Slot[T]) Of(value sobek.Value) (t T, ok bool) {
	o, ok := value.(*sobek.Object)
	if !ok {
		return t, false
	}
	hidden := o.GetSymbol(s.key)
	if hidden == nil {
		return t, false
	}
	k, ok := hidden.Export().(*kept[T])
	if !ok {
		return t, false
	}
	return k.value, true
}

// Class makes a constructor. Its prototype has no members yet: see Method and
// Getter.
func (v *VU) Class(name string, construct func(sobek.ConstructorCall) *sobek.Object) (constructor, prototype *sobek.Object) {
	constructor = v.Runtime.ToValue(construct).ToObject(v.Runtime)
	v.must(constructor.DefineDataProperty("name", v.Runtime.ToValue(name), sobek.FLAG_FALSE, sobek.FLAG_TRUE, sobek.FLAG_FALSE))
	prototype = constructor.Get("prototype").ToObject(v.Runtime)
	v.Brand(prototype, name)
	return constructor, prototype
}

// Brand has Object.prototype.toString tell o as "[object name]".
func (v *VU) Brand(o *sobek.Object, name string) {
	v.must(o.DefineDataPropertySymbol(sobek.SymToStringTag, v.Runtime.ToValue(name), sobek.FLAG_FALSE, sobek.FLAG_TRUE, sobek.FLAG_FALSE))
}

// Function makes a function.
func (v *VU) Function(name string, f func(sobek.FunctionCall) sobek.Value) sobek.Value {
	fn := v.Runtime.ToValue(f).ToObject(v.Runtime)
	v.must(fn.DefineDataProperty("name", v.Runtime.ToValue(name), sobek.FLAG_FALSE, sobek.FLAG_TRUE, sobek.FLAG_FALSE))
	return fn
}

// Method gives o a method.
func (v *VU) Method(o *sobek.Object, name string, f func(sobek.FunctionCall) sobek.Value) {
	v.must(o.DefineDataProperty(name, v.Function(name, f), sobek.FLAG_TRUE, sobek.FLAG_TRUE, sobek.FLAG_TRUE))
}

// Getter gives o an attribute that is read and not written.
func (v *VU) Getter(o *sobek.Object, name string, get func(this sobek.Value) any) {
	getter := v.Runtime.ToValue(func(call sobek.FunctionCall) sobek.Value { return v.Runtime.ToValue(get(call.This)) })
	v.must(o.DefineAccessorProperty(name, getter, nil, sobek.FLAG_TRUE, sobek.FLAG_TRUE))
}

// Field gives an object that was just made one of its members.
func (v *VU) Field(o *sobek.Object, name string, value any) { v.must(o.Set(name, value)) }

// NewUint8Array makes one that has b as its memory.
func (v *VU) NewUint8Array(b []byte) *sobek.Object {
	o, err := v.Runtime.New(v.Runtime.Get("Uint8Array"), v.Runtime.ToValue(v.Runtime.NewArrayBuffer(b)))
	v.must(err)
	return o
}

// must throws what can fail only if the script has frozen what is ours.
func (v *VU) must(err error) {
	if err != nil {
		v.Throw("%v", err)
	}
}

// NewError makes an error of one of the language's own classes, such as
// RangeError.
func (v *VU) NewError(class, text string) *sobek.Object {
	e, err := v.Runtime.New(v.Runtime.Get(class), v.Runtime.ToValue(text))
	if err != nil { // the script has replaced that global
		return v.Runtime.NewGoError(errors.New(text))
	}
	return e
}

// NewNamedError makes an Error of a name that the standards of the web give
// to their DOMExceptions, such as OperationError.
func (v *VU) NewNamedError(name, text string) *sobek.Object {
	e := v.NewError("Error", text)
	v.must(e.DefineDataProperty("name", v.Runtime.ToValue(name), sobek.FLAG_TRUE, sobek.FLAG_TRUE, sobek.FLAG_FALSE))
	return e
}
