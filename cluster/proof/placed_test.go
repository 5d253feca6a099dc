package proof

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	"k8s.io/client-go/kubernetes/fake"
)

const platform = "artisan-platform"

func withObjects(objs ...runtime.Object) *Access {
	return &Access{Kube: fake.NewClientset(objs...), Namespace: platform}
}

func node(name, group string) *corev1.Node {
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{}}}
	if group != "" {
		n.Labels["node-type"] = group
	}
	return n
}

func pod(label, value, on string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: value + "-on-" + on, Namespace: platform, Labels: map[string]string{label: value}},
		Spec:       corev1.PodSpec{NodeName: on}, Status: corev1.PodStatus{Phase: corev1.PodRunning},
	}
}

func backend(on string) *corev1.Pod { return pod("app", "artisan-platform-backend", on) }

func TestNodeGroups(t *testing.T) {
	stateful := []runtime.Object{pod("cnpg.io/cluster", "postgres-cluster", "m1"), pod("app", "redis-cluster", "m1")}
	nodes := []runtime.Object{node("g1", "general-purpose"), node("g2", "general-purpose"), node("m1", "memory-optimized")}
	a := withObjects(slices.Concat(nodes, stateful, []runtime.Object{backend("g1"), backend("g2")})...)
	if seen, err := a.nodesSorted(t.Context()); err != nil || seen != "general-purpose 2 (2 to 20), memory-optimized 1 (1 to 5), compute-optimized 0 (0 to 10)" {
		t.Errorf("saw %q, %v", seen, err)
	}
	if seen, err := a.placed(t.Context()); err != nil || seen != "backends on 2 general-purpose, database on 1 memory-optimized, Redis on 1 memory-optimized" {
		t.Errorf("saw %q, %v", seen, err)
	}

	a = withObjects(slices.Concat(nodes, stateful, []runtime.Object{node("x", ""), backend("x")})...)
	seen, err := a.nodesSorted(t.Context())
	wantProblem(t, seen, err, "node x has no label node-type", "kubectl label --overwrite node x node-type=general-purpose")
	seen, err = a.placed(t.Context())
	wantProblem(t, seen, err, "runs on node x, which is of another group", "delete pod artisan-platform-backend-on-x")

	seen, err = withObjects(append(nodes, backend("g1"))...).placed(t.Context())
	wantProblem(t, seen, err, "database: no pod runs", "describe pods -l cnpg.io/cluster")
}

func TestLoadBalancerWithoutAnAddress(t *testing.T) {
	a := withObjects(&corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: loadBalancerService, Namespace: platform}})
	seen, err := a.loadBalancerAnswers(t.Context())
	wantProblem(t, seen, err, "has no address", "metallb-controller")
	seen, err = withObjects().loadBalancerAnswers(t.Context())
	wantProblem(t, seen, err, "not found", "headroom up")
}

func vpa(mode string, status map[string]any) *Access {
	obj := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "autoscaling.k8s.io/v1", "kind": "VerticalPodAutoscaler",
		"metadata": map[string]any{"name": backendVPA, "namespace": platform},
		"spec":     map[string]any{"updatePolicy": map[string]any{"updateMode": mode}},
		"status":   status,
	}}
	kinds := map[schema.GroupVersionResource]string{verticalResource: "VerticalPodAutoscalerList"}
	return &Access{Dynamic: dynamicfake.NewSimpleDynamicClientWithCustomListKinds(runtime.NewScheme(), kinds, obj), Namespace: platform}
}

func recommends(target map[string]any) map[string]any {
	return map[string]any{"recommendation": map[string]any{"containerRecommendations": []any{
		map[string]any{"containerName": "backend", "target": target}}}}
}

func TestRecommendation(t *testing.T) {
	full := recommends(map[string]any{"cpu": "100m", "memory": "250Mi"})
	if seen, err := vpa("Off", full).recommended(t.Context()); err != nil || seen != "recommends for backend 100m CPU and 250Mi" {
		t.Errorf("saw %q, %v", seen, err)
	}
	seen, err := vpa("Auto", full).recommended(t.Context())
	wantProblem(t, seen, err, "is in mode Auto", "kubectl -n artisan-platform patch vpa")
	for _, status := range []map[string]any{{}, recommends(nil), recommends(map[string]any{"cpu": "100m"})} {
		seen, err := vpa("Off", status).recommended(t.Context())
		wantProblem(t, seen, err, "has no recommendation", "vpa-recommender")
	}
}

func TestWebhookRegistered(t *testing.T) {
	ca := filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(ca, []byte("ours\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	registered := func(bundle string) *Access {
		a := withObjects(&admissionv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: vpaWebhook},
			Webhooks: []admissionv1.MutatingWebhook{{Name: "vpa.k8s.io", ClientConfig: admissionv1.WebhookClientConfig{CABundle: []byte(bundle)}}}})
		a.CAFile = ca
		return a
	}
	if seen, err := registered("ours").webhookRegistered(t.Context()); err != nil || seen == "" {
		t.Errorf("saw %q, %v", seen, err)
	}
	seen, err := registered("another's").webhookRegistered(t.Context())
	wantProblem(t, seen, err, "trusts another authority", "rollout restart deployment/vpa-admission-controller")
	seen, err = withObjects().webhookRegistered(t.Context())
	wantProblem(t, seen, err, "not found", "rollout restart deployment/vpa-admission-controller")
}
