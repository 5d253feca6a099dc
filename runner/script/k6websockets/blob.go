package k6websockets

import (
	"bytes"
	"strings"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/textcoding"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// blob is the data of a Blob (w3c.github.io/FileAPI). It does not change, so
// that parts of it may share its memory.
type blob struct {
	data []byte
	kind string // "" if it is not known
}

var blobSlot = vu.NewSlot[*blob]("Blob")

// blobClass is the class Blob.
func (m *module) blobClass() *sobek.Object {
	if m.blob != nil {
		return m.blob
	}
	v := m.vu
	class, prototype := v.Class("Blob", func(call sobek.ConstructorCall) *sobek.Object {
		blobSlot.Put(v, call.This, m.constructBlob(call.Argument(0), call.Argument(1)))
		return nil
	})
	m.blob = class
	v.Getter(prototype, "size", func(this sobek.Value) any { return len(m.blobOf(this).data) })
	v.Getter(prototype, "type", func(this sobek.Value) any { return m.blobOf(this).kind })
	for name, read := range map[string]func([]byte) any{
		"arrayBuffer": func(b []byte) any { return v.Runtime.NewArrayBuffer(bytes.Clone(b)) },
		"bytes":       func(b []byte) any { return v.NewUint8Array(bytes.Clone(b)) },
		"text":        func(b []byte) any { return textcoding.DecodeUTF8(b) },
	} {
		v.Method(prototype, name, func(call sobek.FunctionCall) sobek.Value {
			return v.Promise(func() any { return read(m.blobOf(call.This).data) })
		})
	}
	v.Method(prototype, "slice", func(call sobek.FunctionCall) sobek.Value {
		return m.newBlob(m.slice(m.blobOf(call.This), call))
	})
	v.Method(prototype, "stream", func(sobek.FunctionCall) sobek.Value {
		panic(v.Error("Blob.stream(): streams are not supported: await bytes(), or bytes() of a slice()"))
	})
	return class
}

func (m *module) blobOf(this sobek.Value) *blob {
	b, ok := blobSlot.Of(this)
	if !ok {
		panic(m.vu.Runtime.NewTypeError("this is no Blob"))
	}
	return b
}

func (m *module) newBlob(b *blob) *sobek.Object {
	o := m.vu.Runtime.CreateObject(m.blobClass().Get("prototype").ToObject(m.vu.Runtime))
	blobSlot.Put(m.vu, o, b)
	return o
}

// constructBlob is new Blob(parts, options).
func (m *module) constructBlob(parts, options sobek.Value) *blob {
	b, native := &blob{}, false
	if !vu.Absent(options) {
		o, ok := options.(*sobek.Object)
		if !ok {
			panic(m.vu.Runtime.NewTypeError("new Blob(): the options must be an object, and are %s", vu.Kind(options)))
		}
		if t := o.Get("type"); t != nil && !sobek.IsUndefined(t) {
			b.kind = mediaType(m.vu.Text(t))
		}
		native = m.nativeEndings(o.Get("endings"))
	}
	if sobek.IsUndefined(parts) {
		return b
	}
	if o, ok := parts.(*sobek.Object); !ok || vu.Absent(o.GetSymbol(sobek.SymIterator)) {
		panic(m.vu.Runtime.NewTypeError("new Blob(): the parts must be an array, and are %s", vu.Kind(parts)))
	}
	m.vu.Runtime.ForOf(parts, func(part sobek.Value) bool {
		b.data = append(b.data, m.part(part, native)...)
		return true
	})
	return b
}

// part is what a Blob takes of one of the parts that it is made of.
func (m *module) part(value sobek.Value, native bool) []byte {
	if b, ok := blobSlot.Of(value); ok {
		return b.data
	}
	if b, ok := m.vu.Bytes(value); ok {
		return b
	}
	s := m.vu.Text(value)
	if native {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	return []byte(s)
}

func (m *module) nativeEndings(value sobek.Value) bool {
	if value == nil || sobek.IsUndefined(value) {
		return false
	}
	name := m.vu.Text(value)
	if name != "native" && name != "transparent" {
		panic(m.vu.Runtime.NewTypeError("new Blob(): the option endings must be \"transparent\" or \"native\", and is %q", name))
	}
	return name == "native"
}

// mediaType is the type of a Blob: "" if it holds what no type may hold.
func mediaType(s string) string {
	for _, r := range s {
		if r < 0x20 || r > 0x7e {
			return ""
		}
	}
	return strings.ToLower(s)
}

// slice is blob.slice(start, end, type).
func (m *module) slice(b *blob, call sobek.FunctionCall) *blob {
	size := int64(len(b.data))
	at := func(value sobek.Value, otherwise int64) int64 {
		if sobek.IsUndefined(value) {
			return otherwise
		}
		n := value.ToInteger()
		if n < 0 {
			return max(n+size, 0)
		}
		return min(n, size)
	}
	from, to := at(call.Argument(0), 0), at(call.Argument(1), size)
	part := &blob{data: b.data[from:max(from, to)]}
	if t := call.Argument(2); !sobek.IsUndefined(t) {
		part.kind = mediaType(m.vu.Text(t))
	}
	return part
}
