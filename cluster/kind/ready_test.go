package kind

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

func TestPodUnreadyNamesTheCause(t *testing.T) {
	waiting := corev1.ContainerStatus{Name: "c", State: corev1.ContainerState{
		Waiting: &corev1.ContainerStateWaiting{Reason: "ErrImagePull", Message: "no such host"}}}
	crashing := corev1.ContainerStatus{Name: "c", State: corev1.ContainerState{
		Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}},
		LastTerminationState: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 2, Message: "bad flag"}}}
	running := corev1.ContainerStatus{Name: "c", State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
	for _, tc := range []struct {
		name string
		pod  corev1.PodStatus
		want string
	}{
		{"ready", corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}}, ""},
		{"image", corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{waiting}}, "container c: ErrImagePull no such host"},
		{"crash", corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{crashing}}, "container c: CrashLoopBackOff, last exit 2: bad flag"},
		{"init first", corev1.PodStatus{InitContainerStatuses: []corev1.ContainerStatus{waiting}, ContainerStatuses: []corev1.ContainerStatus{crashing}},
			"container c: ErrImagePull no such host"},
		{"scheduling", corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse,
			Reason: "Unschedulable", Message: "0/5 nodes"}}}, "Unschedulable: 0/5 nodes"},
		{"probe", corev1.PodStatus{ContainerStatuses: []corev1.ContainerStatus{running}}, "container c runs but is not ready"},
		{"nothing known", corev1.PodStatus{Phase: corev1.PodPending}, "phase Pending"},
	} {
		if got := podUnready(corev1.Pod{Status: tc.pod}); got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestSystemPodsReadyWantsPods(t *testing.T) {
	if err := systemPodsReady(context.Background(), fake.NewClientset()); err == nil || !strings.Contains(err.Error(), "no system pods") {
		t.Errorf("an empty cluster: got %v, want an error", err)
	}
}

func TestPodsReadyAddsTheLatestWarning(t *testing.T) {
	warning := func(name, reason string, age time.Duration) *corev1.Event {
		at := metav1.NewTime(time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC).Add(-age))
		return &corev1.Event{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "n"}, Reason: reason, Message: "m", LastTimestamp: at}
	}
	client := fake.NewClientset(warning("a", "BackOff", time.Hour), warning("b", "FailedCreatePodSandBox", time.Minute), warning("c", "FailedScheduling", 0))
	for node, want := range map[string]string{
		"":  "pod n/p is not ready: phase Pending (FailedScheduling: m)",
		"w": "pod n/p is not ready: phase Pending (FailedCreatePodSandBox: m)", // scheduled meanwhile
	} {
		pod := corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "n"}, Spec: corev1.PodSpec{NodeName: node},
			Status: corev1.PodStatus{Phase: corev1.PodPending}}
		if err := podsReady(context.Background(), client, []corev1.Pod{pod}); err == nil || err.Error() != want {
			t.Errorf("on node %q: got %v, want %s", node, err, want)
		}
	}
}

func node(name, ip, podCIDR string) corev1.Node {
	return corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       corev1.NodeSpec{PodCIDR: podCIDR},
		Status:     corev1.NodeStatus{Addresses: []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: ip}}},
	}
}

func TestListNodesWantsAllWithPodRanges(t *testing.T) {
	c := &Cluster{name: "headroom"}
	a, b, bare := node("a", "10.0.0.1", "10.244.0.0/24"), node("b", "10.0.0.2", "10.244.1.0/24"), node("b", "10.0.0.2", "")
	for _, tc := range []struct {
		nodes []corev1.Node
		want  string // part of the error; empty is none
	}{
		{[]corev1.Node{b, a}, ""},
		{[]corev1.Node{a}, "1 of 2 nodes"},
		{[]corev1.Node{a, bare}, "node b has no pod range"},
	} {
		client := fake.NewClientset(&corev1.NodeList{Items: tc.nodes})
		got, err := c.listNodes(context.Background(), client, 2)
		if tc.want == "" && (err != nil || got[0].Name != "a" || got[1].Name != "b") {
			t.Errorf("got %v, %v; want a and b", got, err)
		}
		if tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("got %v, want an error with %q", err, tc.want)
		}
	}
}

func TestNodeUnready(t *testing.T) {
	n := node("a", "10.0.0.1", "10.244.0.0/24")
	if got := nodeUnready(n); got == "" {
		t.Error("a node that never reported is taken for ready")
	}
	n.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionFalse, Reason: "KubeletNotReady", Message: "cni plugin not initialized"}}
	if got, want := nodeUnready(n), "KubeletNotReady: cni plugin not initialized"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	n.Status.Conditions[0].Status = corev1.ConditionTrue
	if got := nodeUnready(n); got != "" {
		t.Errorf("a ready node is not: %s", got)
	}
}

func TestConnectScript(t *testing.T) {
	nodes := []corev1.Node{node("a", "172.18.0.2", "10.244.0.0/24"), node("b", "172.18.0.3", "10.244.1.0/24"), node("c", "172.18.0.4", "10.244.2.0/24")}
	script, err := connectScript(nodes[1], nodes)
	if err != nil {
		t.Fatal(err)
	}
	routes := "ip route replace 10.244.0.0/24 via 172.18.0.2\nip route replace 10.244.2.0/24 via 172.18.0.4\nmkdir"
	if !strings.HasPrefix(script, routes) {
		t.Errorf("got %s\nwant it to begin with %s", script, routes)
	}
	_, rest, _ := strings.Cut(script, "<<'END'\n")
	text, _, _ := strings.Cut(rest, "\nEND\n")
	var list struct {
		Plugins []struct {
			Type string
			IPAM struct {
				Ranges [][]struct{ Subnet string }
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Plugins) != 2 || list.Plugins[0].Type != "ptp" || list.Plugins[1].Type != "portmap" ||
		list.Plugins[0].IPAM.Ranges[0][0].Subnet != "10.244.1.0/24" {
		t.Errorf("conflist %s", text)
	}
}

func TestScriptsAreValidShell(t *testing.T) {
	pods := []corev1.Pod{
		{ObjectMeta: metav1.ObjectMeta{Name: "p"}, Spec: corev1.PodSpec{NodeName: "a"}, Status: corev1.PodStatus{PodIP: "10.244.0.2"}},
		{ObjectMeta: metav1.ObjectMeta{Name: "q"}, Spec: corev1.PodSpec{NodeName: "b"}, Status: corev1.PodStatus{PodIP: "10.244.1.2"}},
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-n")
	cmd.Stdin, cmd.Stderr = strings.NewReader(reachScript(pods[0], pods, "10.96.0.10")), os.Stderr
	if err := cmd.Run(); err != nil {
		t.Error(err)
	}
}
