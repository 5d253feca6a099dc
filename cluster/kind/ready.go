package kind

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
)

// makeReady connects the nodes, where no CNI image does, and proves that the
// cluster carries pods: nodes Ready, system pods Ready, every pod reached from
// every node, a Service answering. kind's own wait reports success when its
// time is up, so it is not used. Repeating it changes nothing.
func (c *Cluster) makeReady(ctx context.Context, config *v1alpha4.Cluster, host HostTraits) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	want := len(config.Nodes)
	if host.NoCNIImage {
		err := await(ctx, c.reporter, "wait for the nodes' pod ranges", nodesWithin, func(ctx context.Context) error {
			_, err := c.listNodes(ctx, client, want)
			return err
		})
		if err != nil {
			return err
		}
		if err := c.connectNodes(ctx, client, want); err != nil {
			return err
		}
	}
	if err := await(ctx, c.reporter, "wait for nodes to be ready", nodesWithin, func(ctx context.Context) error {
		return c.nodesReady(ctx, client, want)
	}); err != nil {
		return err
	}
	if err := await(ctx, c.reporter, "wait for system pods to be ready", podsWithin, func(ctx context.Context) error {
		return systemPodsReady(ctx, client)
	}); err != nil {
		return err
	}
	return c.checkRoundTrips(ctx, client, want)
}

// listNodes returns the registered nodes, ordered by name. Too few of them,
// or one without a pod range or an address, is an error that says which.
func (c *Cluster) listNodes(ctx context.Context, client kubernetes.Interface, want int) ([]corev1.Node, error) {
	list, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("list nodes: %w", err)
	}
	nodes := list.Items
	if len(nodes) < want {
		return nil, fmt.Errorf("%d of %d nodes have registered", len(nodes), want)
	}
	for _, n := range nodes {
		if n.Spec.PodCIDR == "" || internalIP(n) == "" {
			return nil, fmt.Errorf("node %s has no pod range or no address yet", n.Name)
		}
	}
	slices.SortFunc(nodes, func(a, b corev1.Node) int { return strings.Compare(a.Name, b.Name) })
	return nodes, nil
}

func internalIP(n corev1.Node) string {
	for _, a := range n.Status.Addresses {
		if a.Type == corev1.NodeInternalIP {
			return a.Address
		}
	}
	return ""
}

// nodesReady returns nil if all nodes are Ready, or what the first other one
// says of itself.
func (c *Cluster) nodesReady(ctx context.Context, client kubernetes.Interface, want int) error {
	nodes, err := c.listNodes(ctx, client, want)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		if cause := nodeUnready(n); cause != "" {
			return fmt.Errorf("node %s is not ready: %s", n.Name, cause)
		}
	}
	return nil
}

// nodeUnready is the reason why a node is not Ready, or empty if it is.
func nodeUnready(n corev1.Node) string {
	for _, condition := range n.Status.Conditions {
		if condition.Type != corev1.NodeReady {
			continue
		}
		if condition.Status == corev1.ConditionTrue {
			return ""
		}
		return condition.Reason + ": " + condition.Message
	}
	return "its kubelet has not reported yet"
}

// systemPods select, in kube-system, what a cluster is not usable without.
// Whatever else is installed there is its installer's to wait for.
var systemPods = []string{"tier=control-plane", "k8s-app in (kube-proxy, kube-dns, kindnet)"}

// systemPodsReady returns nil if every pod of the control plane, of the
// network and of the DNS is Ready.
func systemPodsReady(ctx context.Context, client kubernetes.Interface) error {
	for _, selector := range systemPods {
		list, err := client.CoreV1().Pods(metav1.NamespaceSystem).List(ctx, metav1.ListOptions{LabelSelector: selector})
		if err != nil {
			return fmt.Errorf("list system pods: %w", err)
		}
		if len(list.Items) == 0 {
			return fmt.Errorf("no system pods yet that are %s", selector)
		}
		if err := podsReady(ctx, client, list.Items); err != nil {
			return err
		}
	}
	return nil
}

// podsReady returns nil if all pods are Ready, or the cause of the first
// other one.
func podsReady(ctx context.Context, client kubernetes.Interface, pods []corev1.Pod) error {
	for _, p := range pods {
		if cause := podUnready(p); cause != "" {
			return fmt.Errorf("pod %s/%s is not ready: %s%s", p.Namespace, p.Name, cause, lastWarning(ctx, client, p))
		}
	}
	return nil
}
