package stack

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
)

// The guide's general-purpose group has three nodes; on a kind cluster each
// shows the scheduler the host's cores, two on the smallest host supported.
const (
	generalNodes  = 3
	nodeMilliCPU  = 2000
	systemMilli   = 200 // CoreDNS, should it land there
	roundingMilli = 150 // what a node can waste: requests are multiples of 50, a backend needs 200
)

// TestTwentyBackendsFit takes the worst case: everything of the platform is at
// its maximum, and all of it on the nodes that the backend is bound to.
func TestTwentyBackendsFit(t *testing.T) {
	objs := manifests(t, Options{Level: LevelCore})
	var backends, others int64
	for _, obj := range objs {
		if obj.GetKind() != "Deployment" {
			continue
		}
		d := typed(t, obj).(*appsv1.Deployment)
		request := d.Spec.Template.Spec.Containers[0].Resources.Requests.Cpu().MilliValue()
		if request%50 != 0 && d.Namespace == Namespace {
			t.Errorf("%s requests %dm; multiples of 50m pack without waste", d.Name, request)
		}
		switch hpa, scaled := guideHPAs()[d.Name+"-hpa"]; {
		case d.Name == BackendDeployment:
			backends = request * int64(hpa.MaxReplicas)
		case scaled:
			others += request * int64(hpa.MaxReplicas)
		}
	}
	if need := backends + others + systemMilli + generalNodes*roundingMilli; need > generalNodes*nodeMilliCPU {
		t.Errorf("at their maxima the platform may need %dm on nodes that have %dm", need, generalNodes*nodeMilliCPU)
	}
}

// What only supports the run prefers nodes that the backend does not use, and
// may go to the control plane.
func TestSupportLeavesTheBackendsNodes(t *testing.T) {
	objs := manifests(t, Options{Level: LevelCore})
	for _, name := range []string{"metrics-server", "prometheus", "prometheus-adapter", "kube-state-metrics", "redis"} {
		pod := find[*appsv1.Deployment](t, objs, "Deployment", name).Spec.Template.Spec
		if pod.Affinity == nil || pod.Affinity.NodeAffinity == nil || len(pod.Affinity.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution) != 2 {
			t.Errorf("%s does not prefer other nodes", name)
		}
		if len(pod.Tolerations) != 1 || pod.Tolerations[0].Key != "node-role.kubernetes.io/control-plane" {
			t.Errorf("%s does not tolerate the control plane: %v", name, pod.Tolerations)
		}
	}
}
