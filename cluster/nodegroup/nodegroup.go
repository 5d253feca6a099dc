// Package nodegroup knows the guide's groups of nodes and holds a cluster's
// nodes against them.
package nodegroup

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Label on a node names its group. The platform's Deployments select by it.
const Label = "node-type"

// Group is one of the documented groups of nodes. In a cloud each is an
// autoscaling group that keeps between Min and Max nodes.
type Group struct {
	Name              string
	Min, Desired, Max int
	Taint             *corev1.Taint // nil: anything may run there
}

// Documented are the guide's groups, with its sizes.
func Documented() []Group {
	return []Group{
		{Name: "general-purpose", Min: 2, Desired: 3, Max: 20},
		{Name: "memory-optimized", Min: 1, Desired: 2, Max: 5},
		{Name: "compute-optimized", Min: 0, Desired: 0, Max: 10,
			Taint: &corev1.Taint{Key: "spot-instance", Value: "true", Effect: corev1.TaintEffectNoSchedule}},
	}
}

// controlPlane marks the nodes that belong to no group.
const controlPlane = "node-role.kubernetes.io/control-plane"

// Problem is a node, or a group, that is not as documented.
type Problem struct {
	Cause string
	Next  string // a command that mends it
}

// Sort counts the nodes of each group and reports every problem: a worker of no
// group, a missing or a wrong taint, a size out of bounds.
func Sort(groups []Group, nodes []corev1.Node) (sizes map[string]int, problems []Problem) {
	sizes = map[string]int{}
	for i := range nodes {
		n := &nodes[i]
		if _, manager := n.Labels[controlPlane]; manager {
			continue
		}
		at := slices.IndexFunc(groups, func(g Group) bool { return g.Name == n.Labels[Label] })
		if at < 0 {
			problems = append(problems, unsorted(groups, n))
			continue
		}
		sizes[groups[at].Name]++
		problems = append(problems, groups[at].taintProblems(n)...)
	}
	for _, g := range groups {
		if size := sizes[g.Name]; size < g.Min || size > g.Max {
			problems = append(problems, Problem{
				fmt.Sprintf("group %s has %d nodes, want %d to %d", g.Name, size, g.Min, g.Max),
				"kind adds no node to a cluster: put the right number into kind-config.yaml, then headroom down and headroom up",
			})
		}
	}
	return sizes, problems
}

func unsorted(groups []Group, n *corev1.Node) Problem {
	var names []string
	for _, g := range groups {
		names = append(names, g.Name)
	}
	cause := fmt.Sprintf("node %s has no label %s", n.Name, Label)
	if have := n.Labels[Label]; have != "" {
		cause = fmt.Sprintf("node %s is of no documented group: %s=%s", n.Name, Label, have)
	}
	return Problem{cause, fmt.Sprintf("give it one of %s: kubectl label --overwrite node %s %s=%s", strings.Join(names, ", "), n.Name, Label, names[0])}
}

// taintProblems compares the taints of a group's node. Those of Kubernetes
// itself come and go with the node's state.
func (g Group) taintProblems(n *corev1.Node) []Problem {
	var problems []Problem
	missing := g.Taint != nil
	for _, t := range n.Spec.Taints {
		switch {
		case strings.HasPrefix(t.Key, "node.kubernetes.io/") || strings.HasPrefix(t.Key, "node.cloudprovider.kubernetes.io/"):
		case g.Taint != nil && t.MatchTaint(g.Taint) && t.Value == g.Taint.Value:
			missing = false
		default:
			problems = append(problems, Problem{fmt.Sprintf("node %s of group %s has taint %s", n.Name, g.Name, t.ToString()),
				fmt.Sprintf("kubectl taint node %s %s-", n.Name, t.ToString())})
		}
	}
	if missing {
		problems = append(problems, Problem{fmt.Sprintf("node %s of group %s lacks taint %s", n.Name, g.Name, g.Taint.ToString()),
			fmt.Sprintf("kubectl taint node %s %s", n.Name, g.Taint.ToString())})
	}
	return problems
}
