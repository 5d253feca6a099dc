// Package artisan is the extension `k6/x/artisan` for load scripts: it drives
// open-model attacks, fills the job queue, holds database connections, asks
// Prometheus, and watches and asserts autoscaling while the load runs.
//
// It is written once and reached two ways: by Headroom's own engine, and from a
// real k6 through the module in the folder k6. It imports neither; an engine
// shows its virtual users as a VU.
package artisan

import (
	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/observation"
)

// Config is what an extension works on. Everything is optional: what is not
// there is missed only by the functions that need it.
type Config struct {
	// AllowHosts are the hosts other than this machine that may be loaded.
	AllowHosts []string
	// Sink takes marks, expectations and queue batches for the run's log; nil
	// drops them.
	Sink observation.Sink
	// Warn takes what a person should know; nil drops it.
	Warn func(text string)
}

// Extension is what all virtual users of a run share. It is safe for
// concurrent use.
type Extension struct {
	cfg Config
}

// New returns the extension of one run.
func New(cfg Config) *Extension {
	if cfg.Warn == nil {
		cfg.Warn = func(string) {}
	}
	return &Extension{cfg: cfg}
}

// Names are what a script can import, besides the default export, which is an
// object of them all.
func Names() []string { return []string{"attack", "mark"} }

// Module is the extension of one virtual user.
type Module struct {
	ext *Extension
	vu  VU
}

// Module returns the extension as v's script sees it.
func (e *Extension) Module(v VU) *Module { return &Module{e, v} }

// Export makes the value of one of Names.
func (m *Module) Export(name string) any {
	switch name {
	case "attack":
		return m.attack
	case "mark":
		return m.mark
	}
	return sobek.Undefined()
}
