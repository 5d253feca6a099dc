package globals

import (
	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/textcoding"
	"github.com/artisan-platform/headroom/runner/script/vu"
	"github.com/artisan-platform/headroom/runner/script/webcrypto"
)

// makers make the globals that a virtual user gets when its script first
// names them.
var makers map[string]func(v *vu.VU) sobek.Value

func init() { // what makers holds refers to makers
	makers = map[string]func(v *vu.VU) sobek.Value{
		"TextDecoder": textcoding.NewDecoder,
		"TextEncoder": textcoding.NewEncoder,
		"__ENV":       func(v *vu.VU) sobek.Value { return v.Runtime.NewDynamicObject(&environment{vu: v}) },
		"__VU":        func(v *vu.VU) sobek.Value { return v.Runtime.ToValue(v.ID) },
		"console":     func(v *vu.VU) sobek.Value { return console(v) },
		"crypto":      webcrypto.New,
		"global":      func(v *vu.VU) sobek.Value { return v.Runtime.GlobalObject() },
		"open":        func(v *vu.VU) sobek.Value { return function(v, open) },
		"require":     func(v *vu.VU) sobek.Value { return function(v, require) },
	}
	for _, name := range vu.TimerNames {
		makers[name] = func(v *vu.VU) sobek.Value { return v.Runtime.ToValue(v.Timer(name)) }
	}
}

// iteration is the global that tells how many iterations the virtual user has
// run. It changes with each.
const iteration = "__ITER"

// Set offers the globals to one virtual user.
func Set(v *vu.VU) {
	v.Lazily(v.Runtime.GlobalObject(),
		func(name string) bool { return makers[name] != nil || name == iteration },
		func(name string) (value sobek.Value, keep bool) {
			if name == iteration {
				return v.Runtime.ToValue(v.Own), false
			}
			return makers[name](v), true
		})
}
