package kubewatch

import (
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/artisan-platform/headroom/runner/observation"
)

func deploymentOf(d *appsv1.Deployment) observation.Deployment {
	out := observation.Deployment{
		Namespace: d.Namespace,
		Name:      d.Name,
		Replicas:  1, // the API's default
		Current:   d.Status.Replicas,
		Updated:   d.Status.UpdatedReplicas,
		Ready:     d.Status.ReadyReplicas,
		Available: d.Status.AvailableReplicas,
	}
	if d.Spec.Replicas != nil {
		out.Replicas = *d.Spec.Replicas
	}
	for _, c := range d.Status.Conditions {
		out.Conditions = append(out.Conditions, observation.Condition{
			Type: string(c.Type), Status: string(c.Status), Reason: c.Reason, Message: c.Message, Since: c.LastTransitionTime.UTC(),
		})
	}
	return out
}

func nodeOf(n *corev1.Node) observation.Node {
	out := observation.Node{
		Name:          n.Name,
		Labels:        n.Labels,
		Unschedulable: n.Spec.Unschedulable,
		CPU:           n.Status.Allocatable.Cpu().AsApproximateFloat64(),
		Memory:        n.Status.Allocatable.Memory().AsApproximateFloat64(),
	}
	for _, c := range n.Status.Conditions {
		if c.Type == corev1.NodeReady {
			out.Ready = c.Status == corev1.ConditionTrue
		}
	}
	return out
}

// eventOf reads an event of either style: counted by its source, or kept as a
// series by the newer API.
func eventOf(e *corev1.Event) observation.Event {
	out := observation.Event{
		Namespace: e.Namespace,
		Type:      e.Type,
		Reason:    e.Reason,
		Message:   e.Message,
		Kind:      e.InvolvedObject.Kind,
		Object:    e.InvolvedObject.Name,
		Count:     max(e.Count, 1),
		First:     e.FirstTimestamp.UTC(),
		Last:      latest(e.FirstTimestamp.Time, e.LastTimestamp.Time, e.EventTime.Time),
	}
	if out.First.IsZero() {
		out.First = e.EventTime.UTC()
	}
	if e.Series != nil {
		out.Count = max(e.Series.Count, out.Count)
		out.Last = latest(out.Last, e.Series.LastObservedTime.Time)
	}
	return out
}

func latest(times ...time.Time) time.Time {
	var last time.Time
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last.UTC()
}
