package stack

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestRolledOut(t *testing.T) {
	for _, tc := range []struct {
		name       string
		generation int64
		status     appsv1.DeploymentStatus
		met        bool
	}{
		{"fresh", 1, appsv1.DeploymentStatus{}, false},
		{"some", 1, appsv1.DeploymentStatus{ObservedGeneration: 1, Replicas: 3, UpdatedReplicas: 3, AvailableReplicas: 2}, false},
		{"old version seen", 2, appsv1.DeploymentStatus{ObservedGeneration: 1, Replicas: 3, UpdatedReplicas: 3, AvailableReplicas: 3}, false},
		{"old pods still there", 2, appsv1.DeploymentStatus{ObservedGeneration: 2, Replicas: 4, UpdatedReplicas: 3, AvailableReplicas: 3}, false},
		{"all", 2, appsv1.DeploymentStatus{ObservedGeneration: 2, Replicas: 3, UpdatedReplicas: 3, AvailableReplicas: 3}, true},
	} {
		d := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Generation: tc.generation},
			Spec: appsv1.DeploymentSpec{Replicas: ptrTo[int32](3)}, Status: tc.status}
		if state, met := rolledOut(d); met != tc.met || state == "" {
			t.Errorf("%s: met %v with state %q, want %v", tc.name, met, state, tc.met)
		}
	}
}

func TestAPIAvailable(t *testing.T) {
	service := func(conditions ...any) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{"status": map[string]any{"conditions": conditions}}}
	}
	available := func(status string) map[string]any {
		return map[string]any{"type": "Available", "status": status, "reason": "FailedDiscoveryCheck", "message": "connection refused"}
	}
	for _, tc := range []struct {
		obj   *unstructured.Unstructured
		met   bool
		state string
	}{
		{service(), false, "no Available condition yet"},
		{service(available("False")), false, "FailedDiscoveryCheck: connection refused"},
		{service(available("True")), true, ""},
		{&unstructured.Unstructured{Object: map[string]any{"status": map[string]any{"conditions": "odd"}}}, false, "no list"},
	} {
		if state, met := apiAvailable(tc.obj); met != tc.met || !strings.Contains(state, tc.state) {
			t.Errorf("%v: %q, %v", tc.obj, state, met)
		}
	}
}

func TestHPAActiveNeedsAValueForEveryMetric(t *testing.T) {
	cpu := autoscalingv2.MetricStatus{Type: "Resource", Resource: &autoscalingv2.ResourceMetricStatus{
		Current: autoscalingv2.MetricValueStatus{AverageUtilization: ptrTo[int32](5)}}}
	empty := autoscalingv2.MetricStatus{}
	condition := func(status corev1.ConditionStatus) []autoscalingv2.HorizontalPodAutoscalerCondition {
		return []autoscalingv2.HorizontalPodAutoscalerCondition{{Type: autoscalingv2.ScalingActive, Status: status, Reason: "FailedGetPodsMetric", Message: "no metrics"}}
	}
	spec := autoscalingv2.HorizontalPodAutoscalerSpec{Metrics: []autoscalingv2.MetricSpec{resourceMetric("cpu", 70), resourceMetric("memory", 80)}}
	for _, tc := range []struct {
		name   string
		status autoscalingv2.HorizontalPodAutoscalerStatus
		met    bool
		state  string
	}{
		{"never synced", autoscalingv2.HorizontalPodAutoscalerStatus{}, false, "first sync"},
		{"inactive", autoscalingv2.HorizontalPodAutoscalerStatus{Conditions: condition("False")}, false, "FailedGetPodsMetric: no metrics"},
		{"one of two", autoscalingv2.HorizontalPodAutoscalerStatus{Conditions: condition("True"), CurrentMetrics: []autoscalingv2.MetricStatus{cpu, empty}}, false, "1 of 2"},
		{"both", autoscalingv2.HorizontalPodAutoscalerStatus{Conditions: condition("True"), CurrentMetrics: []autoscalingv2.MetricStatus{cpu, cpu}}, true, "2 of 2"},
	} {
		if state, met := hpaActive(&autoscalingv2.HorizontalPodAutoscaler{Spec: spec, Status: tc.status}); met != tc.met || !strings.Contains(state, tc.state) {
			t.Errorf("%s: %q, %v; want %q, %v", tc.name, state, met, tc.state, tc.met)
		}
	}
}
