package kubewatch

import (
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/artisan-platform/headroom/runner/observation"
)

func podOf(p *corev1.Pod) observation.Pod {
	out := observation.Pod{
		Namespace:  p.Namespace,
		Name:       p.Name,
		UID:        string(p.UID),
		Owner:      ownerOf(&p.ObjectMeta),
		Node:       p.Spec.NodeName,
		Phase:      string(p.Status.Phase),
		Created:    p.CreationTimestamp.UTC(),
		Terminated: timeOf(p.DeletionTimestamp),
	}
	for _, c := range p.Status.Conditions {
		out.Conditions = append(out.Conditions, observation.Condition{
			Type: string(c.Type), Status: string(c.Status), Reason: c.Reason, Message: c.Message, Since: c.LastTransitionTime.UTC(),
		})
		if c.Type == corev1.PodReady {
			out.Ready = c.Status == corev1.ConditionTrue
		}
	}
	for _, c := range p.Spec.Containers {
		out.Containers = append(out.Containers, containerOf(c, p.Status.ContainerStatuses))
	}
	return out
}

// ownerOf names the controller of a pod. A Deployment's ReplicaSets are named
// after it and the hash that their pods carry, which saves asking the API for
// every ReplicaSet.
func ownerOf(m *metav1.ObjectMeta) string {
	c := metav1.GetControllerOf(m)
	if c == nil {
		return ""
	}
	hash := m.Labels["pod-template-hash"]
	if c.Kind == "ReplicaSet" && hash != "" {
		return strings.TrimSuffix(c.Name, "-"+hash)
	}
	return c.Name
}

// containerOf is a container with its state; one without a status waits.
func containerOf(c corev1.Container, statuses []corev1.ContainerStatus) observation.Container {
	out := observation.Container{Name: c.Name, Image: c.Image, State: "waiting"}
	for _, s := range statuses {
		if s.Name != c.Name {
			continue
		}
		out.Ready, out.Restarts = s.Ready, s.RestartCount
		switch {
		case s.State.Running != nil:
			out.State, out.Started = "running", timeOf(&s.State.Running.StartedAt)
		case s.State.Terminated != nil:
			out.State, out.Reason = "terminated", s.State.Terminated.Reason
			out.Started = timeOf(&s.State.Terminated.StartedAt)
		case s.State.Waiting != nil:
			out.Reason = s.State.Waiting.Reason
		}
	}
	return out
}

// timeOf is a time of the API, nil if it is not set.
func timeOf(t *metav1.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	u := t.UTC()
	return &u
}
