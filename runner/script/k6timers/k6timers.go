// Package k6timers is the module k6/timers: the global timers by import.
package k6timers

import "github.com/artisan-platform/headroom/runner/script/vu"

// Module is the module k6/timers.
func Module() vu.Module {
	names := []string{"setTimeout", "clearTimeout", "setInterval", "clearInterval"}
	return vu.Module{Name: "k6/timers", Exports: names, New: func(v *vu.VU) func(string) any {
		return func(name string) any { return v.Timers()[name] }
	}}
}
