package runlog

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/artisan-platform/headroom/runner/observation"
)

// ThisHost describes this machine.
func ThisHost() observation.Host {
	h := observation.Host{OS: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.NumCPU()}
	if name, err := os.Hostname(); err == nil {
		h.Name = name
	}
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) == nil {
		h.Memory = info.Totalram * uint64(info.Unit)
	}
	return h
}
