package artisan

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/artisan-platform/headroom/cluster/kind"
	"github.com/artisan-platform/headroom/cluster/stack"
)

// Cluster is the cluster that the functions about autoscaling look at.
type Cluster struct {
	Name      string // for messages: "Headroom's cluster", "context prod"
	REST      *rest.Config
	Namespace string // where hpa() and deployment() look unless told
	// Writable allows deployment().scale(): the cluster is Headroom's own, or a
	// person named its context.
	Writable bool
	// Fed says that whoever runs the load watches Namespace already and passes
	// on all facts by Extension.Feed.
	Fed bool
}

// ClusterChoice says which cluster to take. Its zero value is Headroom's own.
type ClusterChoice struct {
	Kubeconfig string // path; "" is the usual place, if Context names one
	Context    string
	Namespace  string // "" is that of the platform
}

// FindCluster finds a cluster without talking to it.
func FindCluster(c ClusterChoice) (Cluster, error) {
	if c.Namespace == "" {
		c.Namespace = stack.Namespace
	}
	if c.Kubeconfig == "" && c.Context == "" {
		return ownCluster(c.Namespace)
	}
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = c.Kubeconfig
	rc, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: c.Context}).ClientConfig()
	if err != nil {
		return Cluster{}, fmt.Errorf("load the kubeconfig%s: %w", naming(c), err)
	}
	name := "kubeconfig " + c.Kubeconfig
	if c.Context != "" {
		name = "context " + c.Context
	}
	return Cluster{Name: name, REST: rc, Namespace: c.Namespace, Writable: c.Context != ""}, nil
}

func naming(c ClusterChoice) string {
	text := ""
	if c.Kubeconfig != "" {
		text += " " + c.Kubeconfig
	}
	if c.Context != "" {
		text += fmt.Sprintf(", context %q", c.Context)
	}
	return text
}

// ownCluster is the one that `headroom up` made.
func ownCluster(namespace string) (Cluster, error) {
	dir, err := kind.DefaultStateDir()
	if err != nil {
		return Cluster{}, err
	}
	path := filepath.Join(dir, kind.DefaultName, "kubeconfig")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return Cluster{}, errors.New("there is no cluster: make Headroom's own with `headroom up`, or name another by --context or ARTISAN_CONTEXT")
	}
	rc, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		return Cluster{}, fmt.Errorf("load the kubeconfig of Headroom's cluster: %w", err)
	}
	return Cluster{Name: "Headroom's cluster", REST: rc, Namespace: namespace, Writable: true}, nil
}
