package nodegroup

import (
	"maps"
	"os"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
	"sigs.k8s.io/yaml"
)

func node(name, group string, taints ...corev1.Taint) corev1.Node {
	n := corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{}}, Spec: corev1.NodeSpec{Taints: taints}}
	if group != "" {
		n.Labels[Label] = group
	}
	return n
}

var (
	spot     = corev1.Taint{Key: "spot-instance", Value: "true", Effect: corev1.TaintEffectNoSchedule}
	pressure = corev1.Taint{Key: "node.kubernetes.io/memory-pressure", Effect: corev1.TaintEffectNoSchedule}
)

// good is a cluster with nodes of all groups.
func good() []corev1.Node {
	manager := node("c", "", corev1.Taint{Key: controlPlane, Effect: corev1.TaintEffectNoSchedule})
	manager.Labels[controlPlane] = ""
	return []corev1.Node{manager, node("g1", "general-purpose", pressure), node("g2", "general-purpose"),
		node("m1", "memory-optimized"), node("s1", "compute-optimized", spot)}
}

func TestSort(t *testing.T) {
	sizes, problems := Sort(Documented(), good())
	want := map[string]int{"general-purpose": 2, "memory-optimized": 1, "compute-optimized": 1}
	if !maps.Equal(sizes, want) || len(problems) != 0 {
		t.Errorf("sizes %v, problems %v; want %v and none", sizes, problems, want)
	}
}

func TestProblems(t *testing.T) {
	untainted := spot
	untainted.Value = "false"
	for title, test := range map[string]struct {
		change func(nodes []corev1.Node) []corev1.Node
		cause  string
		next   string
	}{
		"no label": {func(n []corev1.Node) []corev1.Node { return append(n, node("x", "")) }, "node x has no label node-type", "kubectl label --overwrite node x node-type="},
		"no group": {func(n []corev1.Node) []corev1.Node { return append(n, node("x", "spot")) }, "node x is of no documented group: node-type=spot", "kubectl label"},
		"no taint": {func(n []corev1.Node) []corev1.Node { return append(n, node("x", "compute-optimized")) }, "node x of group compute-optimized lacks taint spot-instance=true:NoSchedule", "kubectl taint node x spot-instance=true:NoSchedule"},
		"own taint": {func(n []corev1.Node) []corev1.Node { return append(n, node("x", "memory-optimized", spot)) },
			"node x of group memory-optimized has taint spot-instance=true:NoSchedule", "kubectl taint node x spot-instance=true:NoSchedule-"},
		"too few": {func(n []corev1.Node) []corev1.Node { return n[:2] }, "group general-purpose has 1 nodes, want 2 to 20", "kind-config.yaml"},
		"too many": {func(n []corev1.Node) []corev1.Node {
			for range 5 {
				n = append(n, node("m", "memory-optimized"))
			}
			return n
		}, "group memory-optimized has 6 nodes, want 1 to 5", "kind-config.yaml"},
	} {
		t.Run(title, func(t *testing.T) {
			_, problems := Sort(Documented(), test.change(good()))
			for _, p := range problems {
				if strings.Contains(p.Cause, test.cause) && strings.Contains(p.Next, test.next) {
					return
				}
			}
			t.Errorf("problems %q, want %q and %q", problems, test.cause, test.next)
		})
	}
	if _, problems := Sort(Documented(), append(good(), node("x", "compute-optimized", untainted))); len(problems) != 2 {
		t.Errorf("a taint of another value: problems %q, want that it is there and that the right one is not", problems)
	}
}

// The cluster that Headroom makes must be one that its own check accepts.
func TestKindConfigHasTheGroups(t *testing.T) {
	raw, err := os.ReadFile("../../kind-config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var config v1alpha4.Cluster
	if err := yaml.UnmarshalStrict(raw, &config); err != nil {
		t.Fatal(err)
	}
	var nodes []corev1.Node
	for _, n := range config.Nodes {
		if n.Role != v1alpha4.WorkerRole {
			continue
		}
		made := node("worker", n.Labels[Label])
		for _, patch := range n.KubeadmConfigPatches {
			if strings.Contains(patch, "spot-instance") {
				made.Spec.Taints = append(made.Spec.Taints, spot)
			}
		}
		nodes = append(nodes, made)
	}
	if _, problems := Sort(Documented(), nodes); len(problems) != 0 {
		t.Errorf("kind-config.yaml: %q", problems)
	}
}
