// Package globals gives a script what it finds without an import: __ENV,
// __VU, __ITER, console, open and the timers.
package globals

import (
	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

func function(v *vu.VU, f func(*vu.VU, sobek.FunctionCall) sobek.Value) sobek.Value {
	return v.Runtime.ToValue(func(call sobek.FunctionCall) sobek.Value { return f(v, call) })
}

// require is what is left of require() in a file that is CommonJS: files and
// packages are part of the script already.
func require(v *vu.VU, call sobek.FunctionCall) sobek.Value {
	v.OnlyInit("require()")
	exports, err := v.Test.Require(v, call.Argument(0).String())
	if err != nil {
		v.Throw("%v", err)
	}
	return exports
}

// open reads a file: as a string, or as an ArrayBuffer with "b". A relative
// path starts from the file that calls it.
func open(v *vu.VU, call sobek.FunctionCall) sobek.Value {
	v.OnlyInit("open()")
	path := call.Argument(0).String()
	if vu.Absent(call.Argument(0)) || path == "" {
		v.Throw("open() needs a path")
	}
	text, err := v.Test.ReadFile(v.Resolve(path))
	if err != nil {
		v.Throw("open(%q): %v", call.Argument(0).String(), err)
	}
	if mode := call.Argument(1); !vu.Absent(mode) && mode.String() == "b" {
		return v.Runtime.ToValue(v.Runtime.NewArrayBuffer(text))
	}
	return v.Runtime.ToValue(string(text))
}
