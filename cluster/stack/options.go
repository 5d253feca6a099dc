package stack

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/artisan-platform/headroom/runner/progress"
)

// defaultQueue is the list that the stand-in worker takes from unless told.
const defaultQueue = "default"

// Options says what to install and how long to wait for it. The zero value is
// the full level with the stand-in platform.
type Options struct {
	Level Level // "" is LevelFull
	// Backend, Frontend and QueueWorker change the stand-in's environment, or
	// replace it by the user's own images.
	Backend, Frontend, QueueWorker Workload
	// RedisAddr is host:port of the queue's Redis as seen from here, of node 0
	// where it is a cluster; "" is 127.0.0.1:6379, where kind-config.yaml puts it.
	RedisAddr string
	// Queue is the Redis list of jobs; "" is "default". The stand-in worker is
	// told; an own image has to use it by itself.
	Queue string
	// CAFile is where Apply writes the certificate of the authority that signs
	// what the full level serves over TLS; "" writes it nowhere.
	CAFile string
	// LoadBalancerRange are the addresses ("first-last") that Services of type
	// LoadBalancer are given at the full level. Without it they get none.
	LoadBalancerRange string
	// Timeout bounds each of WaitReady and Reset; 0 is 4 minutes, and 6 at the
	// full level.
	Timeout time.Duration
	// Reporter shows the steps; nil shows nothing.
	Reporter progress.Reporter
}

// Workload overrides one Deployment of the platform. Its zero value is the
// stand-in as it is.
type Workload struct {
	// Image replaces the stand-in. Command, Args, Port and the paths are
	// those of this image.
	Image         string
	Command, Args []string
	// Port is where the program serves; 0 keeps the stand-in's port.
	Port int32
	// ReadyPath and LivePath are probed; "" is /health for an own image.
	ReadyPath, LivePath string
	// NoProbes is for an image that has nothing to probe: its pods count as
	// ready as soon as they run.
	NoProbes bool
	// MetricsPath is scraped; "" is /metrics.
	MetricsPath string
	// Env is added to the container, for the stand-in as for an own image.
	Env map[string]string
}

// own reports whether the user's image replaces the stand-in.
func (w Workload) own() bool { return w.Image != "" }

func (o Options) withDefaults() Options {
	if o.Level == "" {
		o.Level = LevelFull
	}
	if o.RedisAddr == "" {
		o.RedisAddr = "127.0.0.1:6379"
	}
	if o.Queue == "" {
		o.Queue = defaultQueue
	}
	if o.Timeout == 0 {
		o.Timeout = 4 * time.Minute
		if o.Level == LevelFull {
			o.Timeout = 6 * time.Minute
		}
	}
	if o.Reporter == nil {
		o.Reporter = progress.Discard
	}
	return o
}

// workloads maps the Deployments to their overrides.
func (o Options) workloads() map[string]Workload {
	if o.Queue != defaultQueue && !o.QueueWorker.own() {
		env := map[string]string{"PLATFORM_QUEUE": o.Queue}
		maps.Copy(env, o.QueueWorker.Env)
		o.QueueWorker.Env = env
	}
	return map[string]Workload{
		BackendDeployment:  o.Backend,
		FrontendDeployment: o.Frontend,
		WorkerDeployment:   o.QueueWorker,
	}
}

// validate reports every mistake at once.
func (o Options) validate() error {
	var errs []error
	if _, err := ParseLevel(string(o.Level)); err != nil {
		errs = append(errs, err)
	}
	if o.Timeout < 0 {
		errs = append(errs, fmt.Errorf("stack timeout %s: must not be negative", o.Timeout))
	}
	all := o.workloads()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, err := range all[name].problems() {
			errs = append(errs, fmt.Errorf("platform override of %s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (w Workload) problems() []error {
	var errs []error
	stray := len(w.Command) > 0 || len(w.Args) > 0 || w.Port != 0 || w.ReadyPath != "" || w.LivePath != "" || w.MetricsPath != "" || w.NoProbes
	if !w.own() && stray {
		errs = append(errs, errors.New("command, args, port, paths and probes belong to an image of your own; set image too"))
	}
	if w.NoProbes && w.ReadyPath+w.LivePath != "" {
		errs = append(errs, errors.New("a path to probe, and no probes: leave out one of them"))
	}
	if w.Port < 0 || w.Port > 65535 {
		errs = append(errs, fmt.Errorf("port %d: want 1 to 65535", w.Port))
	}
	for _, path := range []string{w.ReadyPath, w.LivePath, w.MetricsPath} {
		if path != "" && path[0] != '/' {
			errs = append(errs, fmt.Errorf("path %q: must begin with /", path))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.Env)) {
		if !envName.MatchString(name) {
			errs = append(errs, fmt.Errorf("env %q: not a name for an environment variable", name))
		}
	}
	return errs
}
