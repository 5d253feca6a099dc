// Package host looks at the machine that is to carry a cluster, says what is
// wrong with it and, when asked to, mends what it can.
package host

import "context"

// Status is the outcome of a check.
type Status int

// The outcomes, from best to worst.
const (
	OK      Status = iota
	Warning        // works, with a drawback that Detail names
	Failure        // a cluster cannot be created
)

func (s Status) String() string {
	switch s {
	case OK:
		return "ok"
	case Warning:
		return "warning"
	case Failure:
		return "failure"
	}
	return "unknown"
}

// Check is one thing looked at: one line for the user.
type Check struct {
	Name   string // what was looked at: "memory"
	Status Status
	Detail string // what was found
	Advice string // what to do; empty if all is well
}

// Options says what the cluster is going to need.
type Options struct {
	// Ports are the addresses (host:port) that the cluster is going to
	// listen on. One that the cluster called Cluster holds already is fine.
	Ports   []string
	Cluster string
	// CacheDir is where built images are kept; it need not exist yet.
	CacheDir string
	// SourceMode says that images are built whatever the registry answers,
	// RegistryMode that they are pulled whatever it answers. With neither set
	// the registry's answer decides.
	SourceMode, RegistryMode bool
	// Registry is the base URL of the registry asked; empty is Kubernetes' own.
	Registry string
}

// defaultRegistry serves the images of Kubernetes.
const defaultRegistry = "https://registry.k8s.io"

// Inspect makes all checks and changes nothing. The order is that of the
// dependencies: the first failure is the one to mend first, and what cannot be
// tried because of it is a warning that says so, not a failure of its own.
func Inspect(ctx context.Context, o Options) []Check {
	if o.Registry == "" {
		o.Registry = defaultRegistry
	}
	docker, root := checkEngine(ctx)
	checks := []Check{checkRoot(), docker, checkPrivileged(ctx, docker), checkCgroup(), checkCores(), checkMemory()}
	standing := docker.Status != Failure && hasNodes(ctx, o.Cluster)
	if root != "" {
		checks = append(checks, checkDisk("disk of Docker", root, standing))
	}
	if o.CacheDir != "" {
		checks = append(checks, checkDisk("disk of the image cache", o.CacheDir, standing))
	}
	checks = append(checks, checkWatchLimits(), checkPorts(ctx, o, docker))
	return append(checks, checkSources(ctx, o)...)
}

// notTried is the outcome of a check that needs the Docker engine and has none.
func notTried(name, detail string) Check {
	return Check{name, Warning, detail, "mend the Docker engine first"}
}

// Worst is the worst status among checks.
func Worst(checks []Check) Status {
	worst := OK
	for _, c := range checks {
		worst = max(worst, c.Status)
	}
	return worst
}
