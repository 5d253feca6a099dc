// Package textcoding has the globals TextEncoder and TextDecoder of the
// WHATWG's Encoding standard.
package textcoding

import (
	"unicode/utf16"
	"unicode/utf8"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// NewEncoder makes the class TextEncoder.
func NewEncoder(v *vu.VU) sobek.Value {
	class, prototype := v.Class("TextEncoder", func(sobek.ConstructorCall) *sobek.Object { return nil })
	v.Getter(prototype, "encoding", func(sobek.Value) any { return "utf-8" })
	v.Method(prototype, "encode", func(call sobek.FunctionCall) sobek.Value { return encode(v, call.Argument(0)) })
	v.Method(prototype, "encodeInto", func(call sobek.FunctionCall) sobek.Value {
		return encodeInto(v, call.Argument(0), call.Argument(1))
	})
	return class
}

// encode is encode(input): the UTF-8 of a string, as a Uint8Array.
func encode(v *vu.VU, input sobek.Value) sobek.Value {
	var b []byte
	if !sobek.IsUndefined(input) {
		b = []byte(v.Text(input))
	}
	return v.NewUint8Array(b)
}

// encodeInto is encodeInto(source, destination): as much of a string as fits.
func encodeInto(v *vu.VU, source, destination sobek.Value) sobek.Value {
	if v.ViewName(destination) != "Uint8Array" {
		panic(v.Runtime.NewTypeError("TextEncoder.encodeInto(): the destination must be a Uint8Array, and is %s", vu.Kind(destination)))
	}
	v.Text(source) // throws for what is no string
	s, _ := source.ToString().(sobek.String)
	dst, _ := v.Bytes(destination)
	read, written := fit(s, dst)
	result := v.Runtime.NewObject()
	v.Field(result, "read", read)
	v.Field(result, "written", written)
	return result
}

// fit writes the UTF-8 of whole characters until one does not fit. It returns
// how many UTF-16 code units it read and how many bytes it wrote.
func fit(s sobek.String, dst []byte) (read, written int) {
	for read < s.Length() {
		r, units := rune(s.CharAt(read)), 1
		if utf16.IsSurrogate(r) {
			if pair := utf16.DecodeRune(r, unit(s, read+1)); pair != utf8.RuneError {
				r, units = pair, 2
			} else {
				r = utf8.RuneError
			}
		}
		if utf8.RuneLen(r) > len(dst)-written {
			break
		}
		written += utf8.EncodeRune(dst[written:], r)
		read += units
	}
	return read, written
}

// unit is the code unit at i, or 0 beyond the end.
func unit(s sobek.String, i int) rune {
	if i >= s.Length() {
		return 0
	}
	return rune(s.CharAt(i))
}
