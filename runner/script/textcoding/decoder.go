package textcoding

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// decoder is the state of a TextDecoder.
type decoder struct {
	encoding  *encoding
	fatal     bool
	ignoreBOM bool

	streaming bool   // more was announced: the next call goes on where the last one ended
	started   bool   // a character was read: what follows is no byte order mark
	pending   []byte // of a character whose rest is yet to come
}

var errInvalid = errors.New("the bytes are not valid")

// decode reads input, which goes on with what earlier calls left pending.
func (d *decoder) decode(input []byte, stream bool) (string, error) {
	if !d.streaming {
		d.started, d.pending = false, nil
	}
	d.streaming = stream
	src := input
	if len(d.pending) > 0 {
		src = append(d.pending, input...)
	}
	var out strings.Builder
	out.Grow(len(src))
	for len(src) > 0 {
		r, n := d.encoding.next(src, !stream)
		if n == 0 {
			break
		}
		src = src[n:]
		if r == invalid {
			if d.fatal {
				d.pending = bytes.Clone(src)
				return "", errInvalid
			}
			r = utf8.RuneError
		}
		if d.started || d.ignoreBOM || r != '\ufeff' {
			out.WriteRune(r)
		}
		d.started = true
	}
	d.pending = bytes.Clone(src) // src may be the script's own memory
	return out.String(), nil
}

// DecodeUTF8 decodes UTF-8 as standards mean it that do not say more: without
// a byte order mark, and with U+FFFD for what is invalid.
func DecodeUTF8(b []byte) string {
	d := decoder{encoding: encodings[0]}
	s, _ := d.decode(b, false) // it fails only if it is fatal
	return s
}

var slot = vu.NewSlot[*decoder]("TextDecoder")

// NewDecoder makes the class TextDecoder.
func NewDecoder(v *vu.VU) sobek.Value {
	class, prototype := v.Class("TextDecoder", func(call sobek.ConstructorCall) *sobek.Object {
		slot.Put(v, call.This, construct(v, call.Argument(0), call.Argument(1)))
		return nil
	})
	self := func(this sobek.Value) *decoder {
		d, ok := slot.Of(this)
		if !ok {
			panic(v.Runtime.NewTypeError("this is no TextDecoder"))
		}
		return d
	}
	v.Getter(prototype, "encoding", func(this sobek.Value) any { return self(this).encoding.name })
	v.Getter(prototype, "fatal", func(this sobek.Value) any { return self(this).fatal })
	v.Getter(prototype, "ignoreBOM", func(this sobek.Value) any { return self(this).ignoreBOM })
	v.Method(prototype, "decode", func(call sobek.FunctionCall) sobek.Value {
		return decode(v, self(call.This), call.Argument(0), call.Argument(1))
	})
	return class
}

// construct is new TextDecoder(label, options).
func construct(v *vu.VU, label, options sobek.Value) *decoder {
	d := &decoder{encoding: encodings[0]}
	if !sobek.IsUndefined(label) {
		text := v.Text(label)
		d.encoding = byLabel[strings.ToLower(strings.Trim(text, "\t\n\f\r "))]
		if d.encoding == nil {
			panic(v.NewError("RangeError", "new TextDecoder(): there is no encoding \""+text+"\": there are utf-8, utf-16le, utf-16be and windows-1252 (latin1)"))
		}
	}
	d.fatal = flag(v, "new TextDecoder()", options, "fatal")
	d.ignoreBOM = flag(v, "new TextDecoder()", options, "ignoreBOM")
	return d
}

// flag reads a boolean of an object of options.
func flag(v *vu.VU, function string, options sobek.Value, name string) bool {
	if vu.Absent(options) {
		return false
	}
	o, ok := options.(*sobek.Object)
	if !ok {
		panic(v.Runtime.NewTypeError("%s: the options must be an object, and are %s", function, vu.Kind(options)))
	}
	value := o.Get(name)
	return value != nil && value.ToBoolean()
}

// decode is decode(input, options).
func decode(v *vu.VU, d *decoder, input, options sobek.Value) sobek.Value {
	var b []byte
	if !sobek.IsUndefined(input) {
		var ok bool
		if b, ok = v.Bytes(input); !ok {
			panic(v.Runtime.NewTypeError("TextDecoder.decode(): the input must be an ArrayBuffer or a view of one, and is %s", vu.Kind(input)))
		}
	}
	text, err := d.decode(b, flag(v, "TextDecoder.decode()", options, "stream"))
	if err != nil {
		panic(v.Runtime.NewTypeError("TextDecoder.decode(): %v %s; without the option fatal, U+FFFD would stand for what is not", err, d.encoding.name))
	}
	return v.Runtime.ToValue(text)
}
