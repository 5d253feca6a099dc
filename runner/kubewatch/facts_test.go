package kubewatch

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/artisan-platform/headroom/runner/observation"
)

// parse reads an object as the API server writes it.
func parse[T any](t *testing.T, text string) *T {
	t.Helper()
	var o T
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatal(err)
	}
	return &o
}

// same compares by JSON, the form in which facts are kept.
func same(t *testing.T, got, want any) {
	t.Helper()
	g, err := json.MarshalIndent(got, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	w, err := json.MarshalIndent(want, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if string(g) != string(w) {
		t.Errorf("got %s\nwant %s", g, w)
	}
}

func ptr[T any](v T) *T { return &v }

func TestHPAOfResolvesDefaults(t *testing.T) {
	got := hpaOf(parse[autoscalingv2.HorizontalPodAutoscaler](t, `{"metadata":{"name":"h"},"spec":{"maxReplicas":5,"scaleTargetRef":{"kind":"Deployment","name":"d"}}}`))
	same(t, got, observation.HPA{
		Name: "h", TargetKind: "Deployment", Target: "d", Min: 1, Max: 5,
		ScaleUp: observation.Rules{Select: "Max", Policies: []observation.Policy{
			{Type: "Pods", Value: 4, Period: 15 * time.Second}, {Type: "Percent", Value: 100, Period: 15 * time.Second}}},
		ScaleDown: observation.Rules{Window: 300 * time.Second, Select: "Max", Policies: []observation.Policy{
			{Type: "Percent", Value: 100, Period: 15 * time.Second}}},
		Metrics: []observation.HPAMetric{{Type: "Resource", Name: "cpu", TargetType: "Utilization", Target: 80}},
	})
}

func TestHPAOf(t *testing.T) {
	got := hpaOf(parse[autoscalingv2.HorizontalPodAutoscaler](t, `{
		"metadata": {"name": "artisan-backend-hpa", "namespace": "artisan-platform", "uid": "u"},
		"spec": {
			"minReplicas": 3, "maxReplicas": 20, "scaleTargetRef": {"kind": "Deployment", "name": "artisan-backend"},
			"metrics": [
				{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}},
				{"type": "Pods", "pods": {"metric": {"name": "http_requests_per_second"}, "target": {"type": "AverageValue", "averageValue": "100"}}}
			],
			"behavior": {
				"scaleUp": {"stabilizationWindowSeconds": 60, "tolerance": "50m", "policies": [{"type": "Percent", "value": 50, "periodSeconds": 60}]},
				"scaleDown": {"selectPolicy": "Disabled"}
			}
		},
		"status": {
			"currentReplicas": 3, "desiredReplicas": 5, "lastScaleTime": "2026-01-02T03:04:05Z",
			"currentMetrics": [
				{"type": ""},
				{"type": "Pods", "pods": {"metric": {"name": "http_requests_per_second"}, "current": {"averageValue": "133333m"}}}
			],
			"conditions": [{"type": "ScalingActive", "status": "True", "reason": "ValidMetricFound", "message": "m", "lastTransitionTime": "2026-01-02T03:00:00Z"}]
		}}`))
	same(t, got, observation.HPA{
		Namespace: "artisan-platform", Name: "artisan-backend-hpa", UID: "u", TargetKind: "Deployment", Target: "artisan-backend",
		Min: 3, Max: 20, Current: 3, Desired: 5, LastScale: ptr(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)),
		ScaleUp: observation.Rules{Window: time.Minute, Select: "Max", Tolerance: ptr(0.05),
			Policies: []observation.Policy{{Type: "Percent", Value: 50, Period: time.Minute}}},
		ScaleDown: observation.Rules{Window: 300 * time.Second, Select: "Disabled",
			Policies: []observation.Policy{{Type: "Percent", Value: 100, Period: 15 * time.Second}}},
		Metrics: []observation.HPAMetric{
			{Type: "Resource", Name: "cpu", TargetType: "Utilization", Target: 70},
			{Type: "Pods", Name: "http_requests_per_second", TargetType: "AverageValue", Target: 100, Current: ptr(133.333)},
		},
		Conditions: []observation.Condition{{Type: "ScalingActive", Status: "True", Reason: "ValidMetricFound", Message: "m", Since: time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)}},
	})
}

func TestMetricsOfPairsByNameWhereTheOrderDiffers(t *testing.T) {
	h := parse[autoscalingv2.HorizontalPodAutoscaler](t, `{
		"spec": {"metrics": [
			{"type": "External", "external": {"metric": {"name": "q"}, "target": {"type": "Value", "value": "30"}}},
			{"type": "Object", "object": {"metric": {"name": "o"}, "target": {"type": "AverageValue", "averageValue": "1"}}},
			{"type": "ContainerResource", "containerResource": {"container": "c", "name": "memory", "target": {"type": "AverageValue", "averageValue": "1Ki"}}}]},
		"status": {"currentMetrics": [
			{"type": "ContainerResource", "containerResource": {"container": "c", "name": "memory", "current": {"averageValue": "2Ki"}}},
			{"type": "External", "external": {"metric": {"name": "q"}, "current": {"value": "45"}}},
			{"type": "External", "external": {"metric": {"name": "gone"}, "current": {"value": "1"}}}]}}`)
	same(t, metricsOf(h.Spec.Metrics, h.Status.CurrentMetrics), []observation.HPAMetric{
		{Type: "External", Name: "q", TargetType: "Value", Target: 30, Current: ptr(45.0)},
		{Type: "Object", Name: "o", TargetType: "AverageValue", Target: 1},
		{Type: "ContainerResource", Name: "c/memory", TargetType: "AverageValue", Target: 1024, Current: ptr(2048.0)},
	})
}

func TestPodOf(t *testing.T) {
	got := podOf(parse[corev1.Pod](t, `{
		"metadata": {"name": "artisan-backend-7d9f-x", "namespace": "n", "uid": "u", "creationTimestamp": "2026-01-02T03:04:05Z",
			"deletionTimestamp": "2026-01-02T03:05:05Z", "labels": {"pod-template-hash": "7d9f"},
			"ownerReferences": [{"kind": "ReplicaSet", "name": "artisan-backend-7d9f", "controller": true}]},
		"spec": {"nodeName": "w1", "containers": [{"name": "app", "image": "i"}, {"name": "side", "image": "j"}, {"name": "new", "image": "k"}]},
		"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-02T03:04:09Z"}],
			"containerStatuses": [
				{"name": "side", "restartCount": 2, "state": {"waiting": {"reason": "CrashLoopBackOff"}}},
				{"name": "app", "ready": true, "state": {"running": {"startedAt": "2026-01-02T03:04:07Z"}}}]}}`))
	at := func(sec int) time.Time { return time.Date(2026, 1, 2, 3, 4, sec, 0, time.UTC) }
	same(t, got, observation.Pod{
		Namespace: "n", Name: "artisan-backend-7d9f-x", UID: "u", Owner: "artisan-backend", Node: "w1", Phase: "Running", Ready: true,
		Created: at(5), Terminated: ptr(at(65)),
		Conditions: []observation.Condition{{Type: "Ready", Status: "True", Since: at(9)}},
		Containers: []observation.Container{
			{Name: "app", Image: "i", State: "running", Ready: true, Started: ptr(at(7))},
			{Name: "side", Image: "j", State: "waiting", Reason: "CrashLoopBackOff", Restarts: 2},
			{Name: "new", Image: "k", State: "waiting"},
		},
	})
}

func TestOwnerOf(t *testing.T) {
	for want, text := range map[string]string{
		"":      `{"metadata": {"name": "bare"}}`,
		"redis": `{"metadata": {"ownerReferences": [{"kind": "StatefulSet", "name": "redis", "controller": true}]}}`,
		"rs-1":  `{"metadata": {"ownerReferences": [{"kind": "ReplicaSet", "name": "rs-1", "controller": true}]}}`,
		"a-b":   `{"metadata": {"labels": {"pod-template-hash": "c"}, "ownerReferences": [{"kind": "ReplicaSet", "name": "a-b-c", "controller": true}]}}`,
	} {
		if got := podOf(parse[corev1.Pod](t, text)).Owner; got != want {
			t.Errorf("owner of %s = %q, want %q", text, got, want)
		}
	}
}

func TestDeploymentOf(t *testing.T) {
	got := deploymentOf(parse[appsv1.Deployment](t, `{"metadata": {"name": "d", "namespace": "n"}, "spec": {"replicas": 5},
		"status": {"replicas": 4, "updatedReplicas": 3, "readyReplicas": 2, "availableReplicas": 1}}`))
	want := observation.Deployment{Namespace: "n", Name: "d", Replicas: 5, Current: 4, Updated: 3, Ready: 2, Available: 1}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestNodeOf(t *testing.T) {
	got := nodeOf(parse[corev1.Node](t, `{"metadata": {"name": "w1", "labels": {"node-group": "general-purpose"}}, "spec": {"unschedulable": true},
		"status": {"allocatable": {"cpu": "1500m", "memory": "1Gi"}, "conditions": [{"type": "MemoryPressure", "status": "True"}, {"type": "Ready", "status": "True"}]}}`))
	want := observation.Node{Name: "w1", Ready: true, Labels: map[string]string{"node-group": "general-purpose"}, Unschedulable: true, CPU: 1.5, Memory: 1 << 30}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestEventOf(t *testing.T) {
	first, last := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2026, 1, 2, 3, 9, 5, 0, time.UTC)
	for name, text := range map[string]string{
		"counted": `"count": 7, "firstTimestamp": "2026-01-02T03:04:05Z", "lastTimestamp": "2026-01-02T03:09:05Z"`,
		"series":  `"eventTime": "2026-01-02T03:04:05.000000Z", "series": {"count": 7, "lastObservedTime": "2026-01-02T03:09:05.000000Z"}`,
	} {
		got := eventOf(parse[corev1.Event](t, `{"metadata": {"namespace": "n"}, "type": "Normal", "reason": "SuccessfulRescale", "message": "m",
			"involvedObject": {"kind": "HorizontalPodAutoscaler", "name": "h"}, `+text+`}`))
		want := observation.Event{Namespace: "n", Type: "Normal", Reason: "SuccessfulRescale", Message: "m", Kind: "HorizontalPodAutoscaler", Object: "h", Count: 7, First: first, Last: last}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}
