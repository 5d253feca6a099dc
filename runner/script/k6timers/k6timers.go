// Package k6timers is the module k6/timers: the global timers by import.
package k6timers

import "github.com/artisan-platform/headroom/runner/script/vu"

// Module is the module k6/timers.
func Module() vu.Module {
	return vu.Module{Name: "k6/timers", Exports: vu.TimerNames, New: func(v *vu.VU) func(string) any {
		return func(name string) any { return v.Timer(name) }
	}}
}
