// Package k6encoding is the module k6/encoding: base64.
package k6encoding

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Module is the module k6/encoding.
func Module() vu.Module {
	return vu.Module{
		Name:    "k6/encoding",
		Exports: []string{"b64encode", "b64decode"},
		New: func(v *vu.VU) func(string) any {
			return func(name string) any {
				if name == "b64encode" {
					return func(call sobek.FunctionCall) sobek.Value { return encode(v, call) }
				}
				return func(call sobek.FunctionCall) sobek.Value { return decode(v, call) }
			}
		},
	}
}

// variants are the alphabets: the standard one and that for URLs, with and
// without padding.
var variants = map[string]*base64.Encoding{
	"std": base64.StdEncoding, "rawstd": base64.RawStdEncoding,
	"url": base64.URLEncoding, "rawurl": base64.RawURLEncoding,
}

// variant reads the name of a variant; none means std.
func variant(v *vu.VU, function string, name sobek.Value) *base64.Encoding {
	if vu.Absent(name) {
		return base64.StdEncoding
	}
	e := variants[name.String()]
	if e == nil {
		v.Throw("%s: there is no encoding %q: there are %s", function, name.String(),
			strings.Join(slices.Sorted(maps.Keys(variants)), ", "))
	}
	return e
}

// encode is b64encode(input, encoding).
func encode(v *vu.VU, call sobek.FunctionCall) sobek.Value {
	e := variant(v, "encoding.b64encode()", call.Argument(1))
	input := v.Data("encoding.b64encode(): the input", call.Argument(0))
	return v.Runtime.ToValue(e.EncodeToString(input))
}

// decode is b64decode(input, encoding, format): an ArrayBuffer, or a string
// if the format is "s".
func decode(v *vu.VU, call sobek.FunctionCall) sobek.Value {
	e := variant(v, "encoding.b64decode()", call.Argument(1))
	input, ok := call.Argument(0).(sobek.String)
	if !ok {
		panic(v.Runtime.NewTypeError("encoding.b64decode(): the input must be a string, and is %s", vu.Kind(call.Argument(0))))
	}
	b, err := e.DecodeString(input.String())
	if err != nil {
		v.Throw("encoding.b64decode(): %v: %s", err, advice(e))
	}
	if f := call.Argument(2); !vu.Absent(f) && f.String() == "s" {
		return v.Runtime.ToValue(string(b))
	}
	return v.Runtime.ToValue(v.Runtime.NewArrayBuffer(b))
}

// advice says what a variant reads, for those who chose the wrong one.
func advice(e *base64.Encoding) string {
	switch e {
	case base64.StdEncoding:
		return "std reads the alphabet with + and /, padded with ="
	case base64.RawStdEncoding:
		return "rawstd reads the alphabet with + and /, without padding"
	case base64.URLEncoding:
		return "url reads the alphabet with - and _, padded with ="
	}
	return "rawurl reads the alphabet with - and _, without padding"
}
