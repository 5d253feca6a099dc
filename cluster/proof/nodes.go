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
		{Component: "node groups", Name: "the pods that belong to a group run on its nodes", Run: a.placed},
	}
}

// placements are the pods that the guide gives to a group, by a label.
var placements = []struct{ what, group, selector string }{
	{"backends", "general-purpose", "app=artisan-platform-backend"},
	{"database", "memory-optimized", "cnpg.io/cluster"},
	{"Redis", "memory-optimized", "app=redis-cluster"},
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

// placed looks where the scheduler put the pods of each placement.
func (a *Access) placed(ctx context.Context) (string, error) {
	nodes, err := a.Kube.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return "", fmt.Errorf("list the nodes: %w", err)
	}
	group := map[string]string{}
	for _, n := range nodes.Items {
		group[n.Name] = n.Labels[nodegroup.Label]
	}
	var seen []string
	for _, p := range placements {
		on, err := a.nodesOf(ctx, p.what, p.selector, func(node string) bool { return group[node] == p.group })
		if err != nil {
			return "", err
		}
		seen = append(seen, fmt.Sprintf("%s on %d %s", p.what, on, p.group))
	}
	return strings.Join(seen, ", "), nil
}

// nodesOf counts the nodes on which the selected pods run. One that is not
// right, and no pod at all, are errors.
func (a *Access) nodesOf(ctx context.Context, what, selector string, right func(node string) bool) (int, error) {
	pods, err := a.Kube.CoreV1().Pods(a.Namespace).List(ctx, metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		return 0, fmt.Errorf("list the pods of %s: %w", what, err)
	}
	on := map[string]bool{}
	for _, p := range pods.Items {
		if p.Status.Phase != corev1.PodRunning {
			continue
		}
		if !right(p.Spec.NodeName) {
			return 0, Failed("give the node its label back, or, where the label is right, move the pod: kubectl -n "+p.Namespace+" delete pod "+p.Name,
				"%s: pod %s runs on node %s, which is of another group than it belongs to", what, p.Name, p.Spec.NodeName)
		}
		on[p.Spec.NodeName] = true
	}
	if len(on) == 0 {
		return 0, Failed("look at why: kubectl -n "+a.Namespace+" describe pods -l "+selector, "%s: no pod runs", what)
	}
	return len(on), nil
}
