package stack

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// settled says for each kind besides Deployment whether an object has come to
// what its spec asks for, from its status.
var settled = map[string]func(obj *unstructured.Unstructured) (string, bool){
	"StatefulSet": statefulSetSettled,
	"DaemonSet":   daemonSetSettled,
	"Job":         jobSettled,
	"Cluster":     databaseSettled,
}

// objectReady waits for an object of one of the kinds in settled.
func (s *Stack) objectReady(obj *unstructured.Unstructured) condition {
	return condition{
		name: fmt.Sprintf("%s %s/%s", obj.GetKind(), obj.GetNamespace(), obj.GetName()),
		check: func(ctx context.Context) (string, bool, error) {
			client, err := s.resource(obj)
			if err != nil {
				return "", false, err
			}
			live, err := client.Get(ctx, obj.GetName(), metav1.GetOptions{})
			if err != nil {
				return "", false, fmt.Errorf("get %s: %w", describe(obj), err)
			}
			if seen := number(live, "status", "observedGeneration"); seen != 0 && seen < live.GetGeneration() {
				return "waiting for its controller", false, nil
			}
			state, met := settled[obj.GetKind()](live)
			return state, met, nil
		},
		explain: func(ctx context.Context) string {
			return s.explainPods(ctx, obj.GetNamespace(), podSelector(obj))
		},
	}
}

// podSelector selects the pods of an object by the label that its controller,
// or its template, gives them.
func podSelector(obj *unstructured.Unstructured) string {
	switch obj.GetKind() {
	case "Cluster":
		return "cnpg.io/cluster=" + obj.GetName()
	case "Job":
		return "batch.kubernetes.io/job-name=" + obj.GetName()
	}
	return "app=" + obj.GetName()
}

func statefulSetSettled(obj *unstructured.Unstructured) (string, bool) {
	want, ready := number(obj, "spec", "replicas"), number(obj, "status", "readyReplicas")
	updated := number(obj, "status", "updatedReplicas")
	return fmt.Sprintf("%d of %d pods ready, %d up to date", ready, want, updated), ready == want && updated == want
}

func daemonSetSettled(obj *unstructured.Unstructured) (string, bool) {
	want, ready := number(obj, "status", "desiredNumberScheduled"), number(obj, "status", "numberReady")
	updated := number(obj, "status", "updatedNumberScheduled")
	// No node at all is what an unsynced status says as well.
	return fmt.Sprintf("%d of %d pods ready, %d up to date", ready, want, updated), want > 0 && ready == want && updated == want
}

func jobSettled(obj *unstructured.Unstructured) (string, bool) {
	if state, failed := trueCondition(obj, "Failed"); failed {
		return "failed: " + state, false
	}
	state, done := trueCondition(obj, "Complete")
	return state, done
}

// databaseSettled reads a CloudNativePG Cluster.
func databaseSettled(obj *unstructured.Unstructured) (string, bool) {
	want, ready := number(obj, "spec", "instances"), number(obj, "status", "readyInstances")
	phase, _, err := unstructured.NestedString(obj.Object, "status", "phase")
	if err != nil || phase == "" {
		phase = "no phase yet"
	}
	return fmt.Sprintf("%d of %d instances ready: %s", ready, want, phase), ready == want && phase == "Cluster in healthy state"
}

// number is the integer at a path, 0 where there is none yet.
func number(obj *unstructured.Unstructured, path ...string) int64 {
	n, _, err := unstructured.NestedInt64(obj.Object, path...)
	if err != nil {
		return 0
	}
	return n
}
