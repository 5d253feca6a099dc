package stack

import (
	"context"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/artisan-platform/headroom/cluster/podcause"
)

// WaitReady waits, at most Options.Timeout, until the stack can be tested:
// every Deployment rolled out, every aggregated API available, and every HPA
// with a value for each of its metrics. The error names what is missing and
// the last cause that the cluster gives for it.
func (s *Stack) WaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	objs, err := Manifests(s.opts)
	if err != nil {
		return err
	}
	return s.await(ctx, s.readyConditions(objs))
}

func (s *Stack) readyConditions(objs []*unstructured.Unstructured) []condition {
	var conditions []condition
	for _, obj := range objs {
		switch obj.GetKind() {
		case "Deployment":
			conditions = append(conditions, s.deploymentReady(obj.GetNamespace(), obj.GetName()))
		case "StatefulSet", "DaemonSet", "Job", "Cluster":
			conditions = append(conditions, s.objectReady(obj))
		case "APIService":
			conditions = append(conditions, s.apiServiceReady(obj.GetName()))
		case "HorizontalPodAutoscaler":
			conditions = append(conditions, s.hpaReady(obj.GetNamespace(), obj.GetName()))
		}
	}
	return conditions
}

func (s *Stack) deploymentReady(namespace, name string) condition {
	return condition{
		name: fmt.Sprintf("Deployment %s/%s", namespace, name),
		check: func(ctx context.Context) (string, bool, error) {
			d, err := s.client.AppsV1().Deployments(namespace).Get(ctx, name, metav1.GetOptions{})
			if err != nil {
				return "", false, fmt.Errorf("get Deployment %s/%s: %w", namespace, name, err)
			}
			state, met := rolledOut(d)
			return state, met, nil
		},
		explain: func(ctx context.Context) string { return s.explainDeployment(ctx, namespace, name) },
	}
}

// rolledOut reports whether the controller has seen d's newest version and all
// its replicas are of that version and available.
func rolledOut(d *appsv1.Deployment) (string, bool) {
	want := int32(1)
	if d.Spec.Replicas != nil {
		want = *d.Spec.Replicas
	}
	st := d.Status
	if st.ObservedGeneration < d.Generation {
		return "waiting for the Deployment controller", false
	}
	met := st.UpdatedReplicas == want && st.Replicas == want && st.AvailableReplicas == want
	return fmt.Sprintf("%d of %d replicas available, %d up to date", st.AvailableReplicas, want, st.UpdatedReplicas), met
}

func (s *Stack) apiServiceReady(name string) condition {
	return condition{
		name: "APIService " + name,
		check: func(ctx context.Context) (string, bool, error) {
			obj, err := s.dyn.Resource(apiServiceResource).Get(ctx, name, metav1.GetOptions{})
			if err != nil {
				return "", false, fmt.Errorf("get APIService %s: %w", name, err)
			}
			state, met := apiAvailable(obj)
			return state, met, nil
		},
	}
}

// apiAvailable reads the Available condition of an APIService.
func apiAvailable(obj *unstructured.Unstructured) (string, bool) {
	return trueCondition(obj, "Available")
}

// trueCondition reads one of the conditions in obj's status.
func trueCondition(obj *unstructured.Unstructured, name string) (string, bool) {
	conditions, _, err := unstructured.NestedSlice(obj.Object, "status", "conditions")
	if err != nil {
		return "conditions are no list", false
	}
	for _, c := range conditions {
		fields, _ := c.(map[string]any)
		if fields["type"] == name {
			return fmt.Sprintf("%v: %v", fields["reason"], fields["message"]), fields["status"] == "True"
		}
	}
	return "no " + name + " condition yet", false
}

func (s *Stack) hpaReady(namespace, name string) condition {
	return condition{
		name: fmt.Sprintf("HPA %s/%s", namespace, name),
		check: func(ctx context.Context) (string, bool, error) {
			hpa, err := s.client.AutoscalingV2().HorizontalPodAutoscalers(namespace).Get(ctx, name, metav1.GetOptions{})
			if err != nil {
				return "", false, fmt.Errorf("get HPA %s/%s: %w", namespace, name, err)
			}
			state, met := hpaActive(hpa)
			return state, met, nil
		},
		explain: func(ctx context.Context) string {
			return podcause.WarningOf(ctx, s.client, "HorizontalPodAutoscaler", namespace, name)
		},
	}
}

// hpaActive reports whether the HPA computes with all its metrics. The
// ScalingActive condition alone would be true while one metric of several is
// missing.
func hpaActive(hpa *autoscalingv2.HorizontalPodAutoscaler) (string, bool) {
	state, active := "waiting for the first sync of the HPA controller", false
	for _, c := range hpa.Status.Conditions {
		if c.Type == autoscalingv2.ScalingActive {
			state, active = fmt.Sprintf("%s: %s", c.Reason, c.Message), c.Status == corev1.ConditionTrue
		}
	}
	if !active {
		return state, false
	}
	have := 0
	for _, m := range hpa.Status.CurrentMetrics {
		if hasValue(m) {
			have++
		}
	}
	want := len(hpa.Spec.Metrics)
	return fmt.Sprintf("%d of %d metrics have a value", have, want), have == want
}

func hasValue(m autoscalingv2.MetricStatus) bool {
	var v autoscalingv2.MetricValueStatus
	switch {
	case m.Resource != nil:
		v = m.Resource.Current
	case m.Pods != nil:
		v = m.Pods.Current
	case m.External != nil:
		v = m.External.Current
	}
	return v.Value != nil || v.AverageValue != nil || v.AverageUtilization != nil
}

// elapsed is met when d has passed since start.
func elapsed(name string, start time.Time, d time.Duration) condition {
	return condition{name: name, check: func(context.Context) (string, bool, error) {
		left := d - time.Since(start)
		return fmt.Sprintf("%s left", left.Round(time.Second)), left <= 0, nil
	}}
}
