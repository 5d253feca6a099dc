// Package kind makes, adopts, checks and removes the kind cluster of a run.
// It touches only clusters that carry Headroom's mark, and keeps their
// kubeconfig in a file of its own: the user's is neither read nor written.
package kind

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/artisan-platform/headroom/runner/progress"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
	"sigs.k8s.io/kind/pkg/cluster"
)

// DefaultName is the cluster's name where none is given.
const DefaultName = "headroom"

// Options says which cluster Up makes.
type Options struct {
	Name      string            // empty is DefaultName
	Config    []byte            // kind configuration; its name gives way to Name
	NodeImage string            // empty is the one named in Config, or kind's own
	Host      HostTraits        // what the nodes are configured for besides
	Temporary bool              // made for this run only; see Cluster.Temporary
	Retain    bool              // keep the wreck of a failed creation
	StateDir  string            // empty is DefaultStateDir
	Reporter  progress.Reporter // nil shows nothing
}

// Cluster is a kind cluster that Headroom created.
type Cluster struct {
	name      string
	folder    folder
	reporter  progress.Reporter
	adopted   bool
	temporary bool
	held      *lock // from Up to Release or Down; nil otherwise
}

// open fills in the defaults and names the cluster. Nothing is looked up.
func open(o Options) (*Cluster, error) {
	c := &Cluster{name: o.Name, reporter: o.Reporter}
	if c.name == "" {
		c.name = DefaultName
	}
	if c.reporter == nil {
		c.reporter = progress.Discard
	}
	if filepath.Base(c.name) != c.name || c.name == "." || c.name == ".." {
		return nil, fmt.Errorf("cluster name %q: a name is needed, not a path", c.name)
	}
	dir := o.StateDir
	if dir == "" {
		var err error
		if dir, err = DefaultStateDir(); err != nil {
			return nil, err
		}
	}
	dir, err := filepath.Abs(dir) // Docker mounts only absolute paths
	if err != nil {
		return nil, fmt.Errorf("find the folder of cluster %s: %w", c.name, err)
	}
	c.folder = folder(filepath.Join(dir, c.name))
	return c, nil
}

// ErrNotFound says that there is no whole, running cluster of Headroom of the
// name.
var ErrNotFound = errors.New("no such cluster")

// Find returns the cluster that an earlier Up made. Of o, only Name, StateDir
// and Reporter count. The error is ErrNotFound if there is none, and a
// *ForeignError if there is one of the name that is not Headroom's.
func Find(ctx context.Context, o Options) (*Cluster, error) {
	c, err := open(o)
	if err != nil {
		return nil, err
	}
	found, err := findContainers(ctx, c.name)
	if err != nil {
		return nil, err
	}
	if err := refuseForeign(c.name, found); err != nil {
		return nil, err
	}
	s, err := c.folder.load()
	if err != nil {
		return nil, err
	}
	if reason := unusable(s, found); reason != "" {
		return nil, fmt.Errorf("cluster %s: %w (%s): make it with `headroom up`", c.name, ErrNotFound, reason)
	}
	return c, nil
}

// Name is the name of the cluster.
func (c *Cluster) Name() string { return c.name }

// Kubeconfig is the path of the file that gives access to the cluster.
func (c *Cluster) Kubeconfig() string { return c.folder.kubeconfig() }

// Adopted reports whether Up found the cluster rather than made it.
func (c *Cluster) Adopted() bool { return c.adopted }

// Temporary reports whether the cluster was made for one run only, by this Up
// or by one whose process was killed: it is to be removed when the run ends.
func (c *Cluster) Temporary() bool { return c.temporary }

// Release lets other processes work on the cluster that Up returned. Until
// then they wait a moment and are refused. A second call does nothing.
func (c *Cluster) Release() error {
	l := c.held
	c.held = nil
	if l == nil {
		return nil
	}
	return l.release()
}

// Nodes lists the containers of the cluster's nodes, which are also the
// names of its nodes, in order of name.
func (c *Cluster) Nodes(ctx context.Context) ([]string, error) {
	found, err := findContainers(ctx, c.name)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(found))
	for i, n := range found {
		names[i] = n.Name
	}
	return names, nil
}

func (c *Cluster) client() (kubernetes.Interface, error) {
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	if err != nil {
		return nil, fmt.Errorf("read the kubeconfig of cluster %s: %w", c.name, err)
	}
	config.Timeout = apiWithin
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("connect to cluster %s: %w", c.name, err)
	}
	return client, nil
}

func (c *Cluster) provider(logger *stepLogger) *cluster.Provider {
	return cluster.NewProvider(cluster.ProviderWithDocker(), cluster.ProviderWithLogger(logger))
}

// plan is the configuration that the cluster is made from on this host.
func (c *Cluster) plan(o Options) (config *v1alpha4.Cluster, sum string, err error) {
	if config, err = decodeConfig(o.Config); err != nil {
		return nil, "", err
	}
	config.Name = c.name
	if err := adapt(config, o.Host, c.folder.mark()); err != nil {
		return nil, "", err
	}
	sum, err = digest(config, o.NodeImage)
	return config, sum, err
}
