package globals

import (
	"strings"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// maxString is the longest string that a method may make, in UTF-16 units: that
// of V8. Without a bound one call could take more memory than there is, which
// ends the whole process.
const maxString = 1<<29 - 24

// growing are the methods of strings that make long ones of short ones at once.
var growing = []string{"repeat", "padStart", "padEnd"}

// MakesLongStrings tells whether a script names one of the methods that
// BoundStrings bounds: most name none, and need not pay for it.
func MakesLongStrings(code string) bool {
	for _, name := range growing {
		if strings.Contains(code, name) {
			return true
		}
	}
	return false
}

// BoundStrings has the methods of strings throw that would make one that is
// too long.
func BoundStrings(v *vu.VU) {
	constructor, ok := v.Runtime.Get("String").(*sobek.Object)
	if !ok {
		return // the script has replaced it
	}
	proto, ok := constructor.Get("prototype").(*sobek.Object)
	if !ok {
		return
	}
	for _, name := range growing {
		original, ok := sobek.AssertFunction(proto.Get(name))
		if !ok {
			continue
		}
		bounded := v.Function(name, func(call sobek.FunctionCall) sobek.Value {
			if tooLong(name, call) {
				panic(rangeError(v, "Invalid string length: "+name+"() would make a string of more than 512 MiB"))
			}
			made, err := original(call.This, call.Arguments...)
			if err != nil {
				panic(err)
			}
			return made
		})
		if err := proto.DefineDataProperty(name, bounded, sobek.FLAG_TRUE, sobek.FLAG_TRUE, sobek.FLAG_FALSE); err != nil {
			v.Throw("bound String.prototype.%s: %v", name, err)
		}
	}
}

func tooLong(name string, call sobek.FunctionCall) bool {
	n := call.Argument(0).ToFloat()
	if name != "repeat" {
		return n > maxString
	}
	return n*float64(len(call.This.String())) > maxString
}

func rangeError(v *vu.VU, text string) sobek.Value {
	e, err := v.Runtime.New(v.Runtime.Get("RangeError"), v.Runtime.ToValue(text))
	if err != nil { // the script has replaced the global RangeError
		return v.Runtime.ToValue(text)
	}
	return e
}
