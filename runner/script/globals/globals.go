// Package globals gives a script what it finds without an import: __ENV,
// __VU, __ITER, console, open and the timers.
package globals

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Set sets the globals of one virtual user.
func Set(v *vu.VU) error {
	rt := v.Runtime
	for name, value := range map[string]any{
		"global":  rt.GlobalObject(),
		"__VU":    v.ID,
		"__ITER":  0,
		"console": console(v),
		"open":    func(call sobek.FunctionCall) sobek.Value { return open(v, call) },
		"require": func(call sobek.FunctionCall) sobek.Value {
			v.Throw("require(%q): CommonJS is not supported yet: use import", call.Argument(0).String())
			return nil
		},
	} {
		if err := rt.Set(name, value); err != nil {
			return fmt.Errorf("set the global %s: %w", name, err)
		}
	}
	setLazy(v)
	if err := SetEnv(v, nil); err != nil {
		return err
	}
	for name, f := range v.Timers() {
		if err := rt.Set(name, f); err != nil {
			return fmt.Errorf("set the global %s: %w", name, err)
		}
	}
	return nil
}

// SetIteration tells a script how many iterations the virtual user has run.
func SetIteration(v *vu.VU) error {
	if err := v.Runtime.Set("__ITER", v.Own); err != nil {
		return fmt.Errorf("set the global __ITER: %w", err)
	}
	return nil
}

// SetEnv makes __ENV of the test's variables and those of a scenario, which
// come first. Each virtual user may write to its own.
func SetEnv(v *vu.VU, scenario map[string]string) error {
	env := make(map[string]string, len(v.Test.Env)+len(scenario))
	maps.Copy(env, v.Test.Env)
	maps.Copy(env, scenario)
	o := v.Runtime.NewObject()
	for _, key := range slices.Sorted(maps.Keys(env)) {
		if err := o.Set(key, env[key]); err != nil {
			return fmt.Errorf("set __ENV.%s: %w", key, err)
		}
	}
	if err := v.Runtime.Set("__ENV", o); err != nil {
		return fmt.Errorf("set the global __ENV: %w", err)
	}
	return nil
}

// open reads a file: as a string, or as an ArrayBuffer with "b". A relative
// path starts from the file that calls it.
func open(v *vu.VU, call sobek.FunctionCall) sobek.Value {
	v.OnlyInit("open()")
	path := call.Argument(0).String()
	if vu.Absent(call.Argument(0)) || path == "" {
		v.Throw("open() needs a path")
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(caller(v)), path)
	}
	text, err := v.Test.ReadFile(path)
	if err != nil {
		v.Throw("open(%q): %v", call.Argument(0).String(), err)
	}
	if mode := call.Argument(1); !vu.Absent(mode) && mode.String() == "b" {
		return v.Runtime.ToValue(v.Runtime.NewArrayBuffer(text))
	}
	return v.Runtime.ToValue(string(text))
}

// caller is the file whose code called the running built-in function.
func caller(v *vu.VU) string {
	for _, f := range v.Runtime.CaptureCallStack(0, nil) {
		if pos := f.Position(); pos.Line > 0 {
			return pos.Filename
		}
	}
	return ""
}
