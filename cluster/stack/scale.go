package stack

import (
	"context"
	"fmt"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// target is a Deployment and the HPA over it.
type target struct {
	namespace, deployment string
	hpa                   *unstructured.Unstructured
	min                   int32
}

// scaleTargets finds the HPAs among objs. The minimum is read from them, so
// that it stands in one place.
func scaleTargets(objs []*unstructured.Unstructured) ([]target, error) {
	var targets []target
	for _, obj := range objs {
		if obj.GetKind() != "HorizontalPodAutoscaler" {
			continue
		}
		var hpa autoscalingv2.HorizontalPodAutoscaler
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(obj.Object, &hpa); err != nil {
			return nil, fmt.Errorf("read %s: %w", describe(obj), err)
		}
		if hpa.Spec.MinReplicas == nil {
			return nil, fmt.Errorf("%s: no minReplicas", describe(obj))
		}
		targets = append(targets, target{
			namespace: hpa.Namespace, deployment: hpa.Spec.ScaleTargetRef.Name,
			hpa: obj, min: *hpa.Spec.MinReplicas,
		})
	}
	return targets, nil
}

// raise brings t to its minimum if it is below, which saves a new Deployment
// the HPA's first sync. The count is set by the scale subresource, not applied:
// an applied count would be fought over with the HPA at the next Apply.
func (s *Stack) raise(ctx context.Context, t target) error {
	deployments := s.client.AppsV1().Deployments(t.namespace)
	scale, err := deployments.GetScale(ctx, t.deployment, metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("read scale of Deployment %s/%s: %w", t.namespace, t.deployment, err)
	}
	if scale.Spec.Replicas >= t.min {
		return nil
	}
	return s.setReplicas(ctx, t)
}

// setReplicas scales t to its minimum, whatever it is at.
func (s *Stack) setReplicas(ctx context.Context, t target) error {
	scale := &autoscalingv1.Scale{
		ObjectMeta: metav1.ObjectMeta{Namespace: t.namespace, Name: t.deployment},
		Spec:       autoscalingv1.ScaleSpec{Replicas: t.min},
	}
	_, err := s.client.AppsV1().Deployments(t.namespace).UpdateScale(ctx, t.deployment, scale, metav1.UpdateOptions{FieldManager: fieldManager + "-scale"})
	if err != nil {
		return fmt.Errorf("scale Deployment %s/%s to %d: %w", t.namespace, t.deployment, t.min, err)
	}
	return nil
}

var apiServiceResource = schema.GroupVersionResource{Group: "apiregistration.k8s.io", Version: "v1", Resource: "apiservices"}
