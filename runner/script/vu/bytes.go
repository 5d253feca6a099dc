package vu

import "github.com/grafana/sobek"

// Bytes are those of an ArrayBuffer or of a view of one: a typed array or a
// DataView. They are the script's own memory and no copy. ok is false for any
// other value.
func (v *VU) Bytes(value sobek.Value) (b []byte, ok bool) {
	o, ok := value.(*sobek.Object)
	if !ok {
		return nil, false
	}
	if buffer, ok := o.Export().(sobek.ArrayBuffer); ok {
		return buffer.Bytes(), true
	}
	if !v.isView(o) || v.Runtime.ExportTo(o, &b) != nil {
		return nil, false
	}
	return b, true
}

// isView is ArrayBuffer.isView: nothing else tells a DataView from the rest.
func (v *VU) isView(o *sobek.Object) bool {
	buffers, ok := v.Runtime.Get("ArrayBuffer").(*sobek.Object)
	if !ok {
		return false // the script has replaced the global ArrayBuffer
	}
	isView, ok := sobek.AssertFunction(buffers.Get("isView"))
	if !ok {
		return false
	}
	yes, err := isView(buffers, o)
	return err == nil && yes.ToBoolean()
}

// Data is what a script gave as bytes, or as a string, which stands for its
// UTF-8. Anything else is a TypeError, which begins with what. Callers read
// the bytes at once and keep none: they may be the script's own memory.
func (v *VU) Data(what string, value sobek.Value) []byte {
	if s, ok := value.(sobek.String); ok {
		return []byte(s.String())
	}
	b, ok := v.Bytes(value)
	if !ok {
		panic(v.Runtime.NewTypeError("%s must be a string, an ArrayBuffer or a view of one, and is %s", what, Kind(value)))
	}
	return b
}

// Kind says what sort of value a script gave, without the value: that may be
// long, or secret.
func Kind(value sobek.Value) string {
	switch value := value.(type) {
	case nil:
		return "undefined"
	case *sobek.Object:
		if name := value.ClassName(); name != "Object" {
			return "an object (" + name + ")"
		}
		return "an object"
	case *sobek.Symbol:
		return "a symbol"
	case sobek.String:
		return "a string"
	}
	if Absent(value) {
		return value.String()
	}
	switch value.Export().(type) {
	case bool:
		return "a boolean"
	case int64, float64:
		return "a number"
	}
	return "a bigint"
}

// Text is how JavaScript turns a value into a string. A symbol is none; lone
// surrogates become U+FFFD.
func (v *VU) Text(value sobek.Value) string {
	if _, ok := value.(*sobek.Symbol); ok {
		panic(v.Runtime.NewTypeError("a symbol cannot be made a string"))
	}
	return value.String()
}

// ViewName is the class of a typed array or a DataView, such as "Uint8Array",
// and "" for any other value.
func (v *VU) ViewName(value sobek.Value) string {
	o, ok := value.(*sobek.Object)
	if !ok || !v.isView(o) {
		return ""
	}
	return o.GetSymbol(sobek.SymToStringTag).String()
}
