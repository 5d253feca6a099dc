package cli

import "github.com/artisan-platform/headroom/runner/script"

// loadCode is the exit code of k6 for how a load ended.
func loadCode(e script.Ending) int {
	switch e {
	case script.Finished:
		return exitPass
	case script.Crossed:
		return 99
	case script.SetupTimeout:
		return 100
	case script.TeardownTimeout:
		return 101
	case script.InitTimeout:
		return 102
	case script.Stopped:
		return 103
	case script.Invalid:
		return 104
	case script.Interrupted:
		return 105
	case script.Unserved:
		return 106
	case script.Exception:
		return 107
	case script.Aborted:
		return 108
	case script.Panicked:
		return 109
	case script.Failed:
		return 110
	}
	return 255
}
