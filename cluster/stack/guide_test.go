package stack

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
)

func resourceMetric(name corev1.ResourceName, percent int32) autoscalingv2.MetricSpec {
	return autoscalingv2.MetricSpec{Type: "Resource", Resource: &autoscalingv2.ResourceMetricSource{
		Name: name, Target: autoscalingv2.MetricTarget{Type: "Utilization", AverageUtilization: &percent}}}
}

func average(value string) autoscalingv2.MetricTarget {
	return autoscalingv2.MetricTarget{Type: "AverageValue", AverageValue: ptrTo(resource.MustParse(value))}
}

// guideHPAs is the guide's text, written down a second time by hand. Whole
// specs are compared, so that a field added to the manifests fails as well as a
// number changed in them.
func guideHPAs() map[string]autoscalingv2.HorizontalPodAutoscalerSpec {
	spec := func(deployment string, low, high int32, behavior *autoscalingv2.HorizontalPodAutoscalerBehavior, metrics ...autoscalingv2.MetricSpec) autoscalingv2.HorizontalPodAutoscalerSpec {
		return autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: deployment},
			MinReplicas:    &low, MaxReplicas: high, Metrics: metrics, Behavior: behavior,
		}
	}
	backend := &autoscalingv2.HorizontalPodAutoscalerBehavior{
		ScaleDown: &autoscalingv2.HPAScalingRules{
			StabilizationWindowSeconds: ptrTo[int32](300), SelectPolicy: ptrTo(autoscalingv2.MinChangePolicySelect),
			Policies: []autoscalingv2.HPAScalingPolicy{{Type: "Percent", Value: 50, PeriodSeconds: 60}, {Type: "Pods", Value: 2, PeriodSeconds: 60}},
		},
		ScaleUp: &autoscalingv2.HPAScalingRules{
			StabilizationWindowSeconds: ptrTo[int32](60), SelectPolicy: ptrTo(autoscalingv2.MaxChangePolicySelect),
			Policies: []autoscalingv2.HPAScalingPolicy{{Type: "Percent", Value: 100, PeriodSeconds: 30}, {Type: "Pods", Value: 4, PeriodSeconds: 60}},
		},
	}
	worker := &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: &autoscalingv2.HPAScalingRules{
		StabilizationWindowSeconds: ptrTo[int32](30),
		Policies:                   []autoscalingv2.HPAScalingPolicy{{Type: "Pods", Value: 3, PeriodSeconds: 30}},
	}}
	rps := autoscalingv2.MetricSpec{Type: "Pods", Pods: &autoscalingv2.PodsMetricSource{
		Metric: autoscalingv2.MetricIdentifier{Name: "http_requests_per_second"}, Target: average("100")}}
	queue := autoscalingv2.MetricSpec{Type: "External", External: &autoscalingv2.ExternalMetricSource{
		Metric: autoscalingv2.MetricIdentifier{Name: "redis_queue_length"}, Target: average("10")}}
	return map[string]autoscalingv2.HorizontalPodAutoscalerSpec{
		"artisan-platform-backend-hpa":  spec(BackendDeployment, 3, 20, backend, resourceMetric("cpu", 70), resourceMetric("memory", 80), rps),
		"artisan-platform-frontend-hpa": spec(FrontendDeployment, 2, 10, nil, resourceMetric("cpu", 60), resourceMetric("memory", 70)),
		"queue-worker-hpa":              spec(WorkerDeployment, 2, 15, worker, queue),
	}
}

func TestHPAsAreTheGuides(t *testing.T) {
	objs := manifests(t, Options{Level: LevelCore})
	want := guideHPAs()
	targets, err := scaleTargets(objs)
	if err != nil {
		t.Fatal(err)
	}
	if len(targets) != len(want) {
		t.Errorf("%d HPAs, want %d", len(targets), len(want))
	}
	for name, spec := range want {
		got := find[*autoscalingv2.HorizontalPodAutoscaler](t, objs, "HorizontalPodAutoscaler", name)
		if got.Namespace != Namespace {
			t.Errorf("%s is in namespace %s", name, got.Namespace)
		}
		if !equality.Semantic.DeepEqual(got.Spec, spec) {
			t.Errorf("%s differs from the guide:\n got %+v\nwant %+v", name, got.Spec, spec)
		}
	}
}

func TestBackendIsTheGuides(t *testing.T) {
	d := find[*appsv1.Deployment](t, manifests(t, Options{Level: LevelCore}), "Deployment", BackendDeployment)
	c := d.Spec.Template.Spec.Containers[0]
	want := corev1.ResourceRequirements{
		Requests: corev1.ResourceList{"cpu": resource.MustParse("200m"), "memory": resource.MustParse("256Mi")},
		Limits:   corev1.ResourceList{"cpu": resource.MustParse("1000m"), "memory": resource.MustParse("1Gi")},
	}
	if c.Name != "backend" || !equality.Semantic.DeepEqual(c.Resources, want) {
		t.Errorf("container %s has %v, want backend with %v", c.Name, c.Resources, want)
	}
	if got := d.Spec.Template.Spec.NodeSelector; len(got) != 1 || got["node-type"] != "general-purpose" {
		t.Errorf("node selector %v", got)
	}
	toleration := corev1.Toleration{Key: "spot-instance", Operator: "Equal", Value: "true", Effect: "NoSchedule"}
	if got := d.Spec.Template.Spec.Tolerations; len(got) != 1 || got[0] != toleration {
		t.Errorf("tolerations %v", got)
	}
}

// A replica count in a manifest would undo the HPA's at each apply.
func TestScaledDeploymentsLeaveReplicasToTheHPA(t *testing.T) {
	objs := manifests(t, Options{Level: LevelCore})
	for _, name := range []string{BackendDeployment, FrontendDeployment, WorkerDeployment} {
		if d := find[*appsv1.Deployment](t, objs, "Deployment", name); d.Spec.Replicas != nil {
			t.Errorf("Deployment %s sets replicas %d", name, *d.Spec.Replicas)
		}
	}
}
