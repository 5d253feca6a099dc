package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/artisan-platform/headroom/cluster/host"
	"github.com/artisan-platform/headroom/cluster/image"
	"github.com/artisan-platform/headroom/cluster/kind"
	"github.com/artisan-platform/headroom/cluster/stack"
	"github.com/artisan-platform/headroom/runner/progress"
	"github.com/artisan-platform/headroom/runner/spec"
)

// Env is a cluster with the stack in it.
type Env struct {
	Name       string
	Kubeconfig string
	// CA is the file with the authority that signs what the stack serves over
	// TLS. It is there if the stack serves any.
	CA   string
	REST *rest.Config

	level    stack.Level
	reporter progress.Reporter
	stack    *stack.Stack
	cluster  *kind.Cluster
	config   []byte // the kind configuration that it was made of
}

// ServesTLS reports whether the stack has fronts over TLS, which CA signed.
func (e *Env) ServesTLS() bool { return e.level == stack.LevelFull }

// SetupEstimate is how long cluster and stack of a level take to be ready once
// the images are built, on two cores.
func SetupEstimate(level string) time.Duration {
	if level == string(stack.LevelFull) {
		return 180 * time.Second
	}
	return 90 * time.Second
}

// Up brings up the cluster and the stack that the plan describes, and returns
// when all of it answers.
func Up(ctx context.Context, cfg Config) (_ *Env, err error) {
	env, err := provide(ctx, cfg, false)
	if env != nil {
		defer func() { err = errors.Join(err, env.cluster.Release()) }()
	}
	if err != nil {
		return nil, err
	}
	return env, env.install(ctx)
}

// provide makes or adopts the cluster, with the images that the stack needs in
// its nodes, and holds it for this process. A temporary one is to be removed at
// the end of the run. It returns the cluster even if images could not be
// loaded, so that the caller can let go of it.
func provide(ctx context.Context, cfg Config, temporary bool) (*Env, error) {
	config, err := kindConfig(cfg)
	if err != nil {
		return nil, err
	}
	if err := checkHost(ctx, cfg, config); err != nil {
		return nil, err
	}
	opts := stackOptions(cfg.Plan.Stack, cfg.Reporter)
	refs, err := stack.Images(opts)
	if err != nil {
		return nil, infra("list the stack's images", err)
	}
	builder := &image.Builder{Reporter: cfg.Reporter}
	images, err := builder.Ensure(ctx, cfg.Images, refs)
	if err != nil {
		return nil, infra("provide the images", err)
	}
	env, err := makeCluster(ctx, cfg, config, images, temporary)
	if err != nil {
		return nil, err
	}
	return env, env.equip(ctx, opts, builder, images)
}

func kindConfig(cfg Config) ([]byte, error) {
	if cfg.Plan.Cluster.Config == "" {
		return cfg.KindConfig, nil
	}
	b, err := os.ReadFile(cfg.Plan.Cluster.Config)
	if err != nil {
		return nil, infra("read the plan's kind configuration", err)
	}
	return b, nil
}

// HostOptions says what a cluster of this kind configuration needs of the
// host.
func HostOptions(config []byte) (host.Options, error) {
	ports, err := kind.Ports(config)
	if err != nil {
		return host.Options{}, fmt.Errorf("kind configuration: %w", err)
	}
	cache, err := image.CacheDir()
	if err != nil {
		return host.Options{}, err
	}
	return host.Options{Ports: ports, Cluster: kind.DefaultName, CacheDir: cache}, nil
}

// checkHost refuses to begin on a machine that can't carry the cluster: one
// line for each failure, before anything is created.
func checkHost(ctx context.Context, cfg Config, config []byte) error {
	return progress.Do(cfg.Reporter, "check this machine", func(progress.Step) error {
		opts, err := HostOptions(config)
		if err != nil {
			return infra("check this machine", err)
		}
		opts.Cluster = cfg.Plan.Cluster.Name
		opts.SourceMode, opts.RegistryMode = cfg.Images == image.Source, cfg.Images == image.Registry
		var lines []string
		for _, c := range host.Inspect(ctx, opts) {
			if c.Status == host.Failure {
				lines = append(lines, fmt.Sprintf("%s: %s; %s", c.Name, c.Detail, c.Advice))
			}
		}
		if len(lines) == 0 {
			return nil
		}
		return infra("check this machine", fmt.Errorf("it cannot carry the cluster:\n  %s", strings.Join(lines, "\n  ")))
	})
}

func makeCluster(ctx context.Context, cfg Config, config []byte, images image.Set, temporary bool) (*Env, error) {
	traits, err := host.DetectTraits()
	if err != nil {
		return nil, infra("look at this machine", err)
	}
	opts := kind.Options{
		Name: cfg.Plan.Cluster.Name, Config: config, NodeImage: images.NodeImage, Reporter: cfg.Reporter, Temporary: temporary,
		Host: kind.HostTraits{CgroupV1: traits.CgroupV1, LacksSysResource: traits.LacksSysResource,
			NoCNIImage: images.Mode == image.Source},
	}
	c, err := kind.Up(ctx, opts)
	if err != nil {
		return nil, infra("create the cluster", err)
	}
	rc, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	if err != nil {
		return nil, errors.Join(infra("load the cluster's kubeconfig", err), c.Release())
	}
	return &Env{Name: cfg.Plan.Cluster.Name, Kubeconfig: c.Kubeconfig(), CA: c.CA(), REST: rc,
		cluster: c, config: config}, nil
}

// equip loads the images that the nodes did not start with, and connects.
func (e *Env) equip(ctx context.Context, opts stack.Options, b *image.Builder, images image.Set) error {
	if len(images.ToLoad) > 0 {
		nodes, err := e.cluster.Nodes(ctx)
		if err != nil {
			return infra("list the nodes", err)
		}
		if err := b.Load(ctx, nodes, images.ToLoad); err != nil {
			return infra("load images into the nodes", err)
		}
	}
	var err error
	if opts.Level == stack.LevelFull {
		if opts.LoadBalancerRange, err = e.cluster.LoadBalancerRange(ctx); err != nil {
			return infra("find addresses for load balancers", err)
		}
	}
	opts.CAFile = e.CA
	e.level, e.reporter = opts.Level, opts.Reporter
	e.stack, err = stack.New(e.REST, opts)
	return infra("connect to the cluster", err)
}

// install applies the stack and waits until all of it is ready and proven.
func (e *Env) install(ctx context.Context) error {
	if err := e.stack.Apply(ctx); err != nil {
		return infra("install the stack", err)
	}
	if err := e.stack.WaitReady(ctx); err != nil {
		return infra("wait for the stack", err)
	}
	return e.prove(ctx)
}

// baseLine brings the platform to where a run starts: a new cluster gets the
// stack, as does one that has less of it, and a used one is reset.
func (e *Env) baseLine(ctx context.Context) error {
	have, err := e.stack.Installed(ctx)
	if err != nil && !errors.Is(err, stack.ErrNotInstalled) {
		return infra("look at the stack", err)
	}
	if have != e.level {
		return e.install(ctx)
	}
	if err := e.stack.Reset(ctx); err != nil {
		return infra("return the platform to its base line", err)
	}
	return e.prove(ctx)
}

// Down removes the cluster called name, if Headroom made it, with all remains.
func Down(ctx context.Context, name string, r progress.Reporter) error {
	return infra("remove the cluster", kind.Down(ctx, kind.Options{Name: name, Reporter: r}))
}

func stackOptions(s spec.Stack, r progress.Reporter) stack.Options {
	p := s.Platform
	return stack.Options{Level: stack.Level(s.Level), Backend: workload(p.Backend), Frontend: workload(p.Frontend), QueueWorker: workload(p.Worker), Reporter: r}
}

func workload(w spec.Workload) stack.Workload {
	return stack.Workload{
		Image: w.Image, Command: w.Command, Args: w.Args, Env: w.Env, Port: w.Port,
		ReadyPath: w.ReadyPath, LivePath: w.LivePath, NoProbes: w.NoProbes, MetricsPath: w.MetricsPath,
	}
}
