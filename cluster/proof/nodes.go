package proof

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/artisan-platform/headroom/cluster/nodegroup"
)

func nodeChecks(a *Access) []Check {
	return []Check{
		{Component: "node groups", Name: "every node has its group's label and taints, and every group its size", Run: a.nodesSorted},
		{Component: "node groups", Name: "the backends run on general-purpose nodes", Run: a.backendsPlaced},
	}
}

func (a *Access) nodesSorted(ctx context.Context) (string, error) {
	nodes, err := a.Kube.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return "", fmt.Errorf("list the nodes: %w", err)
	}
	groups := nodegroup.Documented()
	sizes, problems := nodegroup.Sort(groups, nodes.Items)
	if len(problems) > 0 {
		causes := make([]string, len(problems))
		for i, p := range problems {
			causes[i] = p.Cause
		}
		return "", Failed(problems[0].Next, "%s", strings.Join(causes, "; "))
	}
	seen := make([]string, len(groups))
	for i, g := range groups {
		seen[i] = fmt.Sprintf("%s %d (%d to %d)", g.Name, sizes[g.Name], g.Min, g.Max)
	}
	return strings.Join(seen, ", "), nil
}

// backendsPlaced looks where the scheduler put the pods that select a group.
func (a *Access) backendsPlaced(ctx context.Context) (string, error) {
	const group, app = "general-purpose", "artisan-platform-backend"
	pods, err := a.Kube.CoreV1().Pods(a.Namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=" + app})
	if err != nil {
		return "", fmt.Errorf("list the backends: %w", err)
	}
	nodes, err := a.Kube.CoreV1().Nodes().List(ctx, metav1.ListOptions{LabelSelector: nodegroup.Label + "=" + group})
	if err != nil {
		return "", fmt.Errorf("list the %s nodes: %w", group, err)
	}
	right := map[string]bool{}
	for _, n := range nodes.Items {
		right[n.Name] = true
	}
	on := map[string]bool{}
	for _, p := range pods.Items {
		if p.Status.Phase != corev1.PodRunning {
			continue
		}
		if !right[p.Spec.NodeName] {
			return "", Failed("the node's label was changed after the pod came: restore it, or move the pod: kubectl -n artisan-platform delete pod "+p.Name,
				"pod %s runs on node %s, which is not of group %s", p.Name, p.Spec.NodeName, group)
		}
		on[p.Spec.NodeName] = true
	}
	if len(on) == 0 {
		return "", Failed("look at why: kubectl -n artisan-platform describe pods -l app="+app, "no backend runs")
	}
	return fmt.Sprintf("backends on %d of them", len(on)), nil
}
