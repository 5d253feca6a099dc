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

	// Cluster finds the cluster of hpa(), deployment() and cluster(); nil is
	// FindCluster with nothing given. It is called at most once, when a script
	// first needs it.
	Cluster func() (Cluster, error)
	// Prometheus is the URL of prometheus(); "" is DefaultPrometheus.
	Prometheus string
	// Redis are the addresses (host:port) of queue(): one is a single Redis,
	// unless it says that it is a node of a cluster. None is DefaultRedis.
	Redis []string
	// Postgres is the connection string of postgres(), a URL or keywords as
	// libpq has them; "" leaves it to the script.
	Postgres string
}

// What a configuration points at unless told: where kind-config.yaml puts it.
const (
	DefaultPrometheus = "http://127.0.0.1:9090"
	DefaultRedis      = "127.0.0.1:6379"
)

// function is one function of the extension.
type function struct {
	name string
	call func(*Module, sobek.FunctionCall) sobek.Value
}

// functions are all of them, by name.
func functions() []function {
	return []function{
		{"attack", (*Module).attack},
		{"mark", (*Module).mark},
		{"hpa", (*Module).hpa},
		{"deployment", (*Module).deployment},
		{"cluster", (*Module).clusterObject},
		{"prometheus", (*Module).prometheus},
		{"queue", (*Module).queue},
		{"postgres", (*Module).postgres},
	}
}

// Names are what a script can import, besides the default export, which is an
// object of them all.
func Names() []string {
	var names []string
	for _, f := range functions() {
		names = append(names, f.name)
	}
	return names
}

// Module is the extension of one virtual user.
type Module struct {
	ext *Extension
	vu  VU
}

// Module returns the extension as v's script sees it.
func (e *Extension) Module(v VU) *Module { return &Module{e, v} }

// Export makes the value of one of Names.
func (m *Module) Export(name string) any {
	for _, f := range functions() {
		if f.name == name {
			return func(call sobek.FunctionCall) sobek.Value { return f.call(m, call) }
		}
	}
	return sobek.Undefined()
}
