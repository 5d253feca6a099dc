package kind

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/kubernetes"
)

// podUnready is the most telling reason why a pod is not Ready, or empty if
// it is: what a container says before what the pod's conditions say.
func podUnready(p corev1.Pod) string {
	for _, condition := range p.Status.Conditions {
		if condition.Type == corev1.PodReady && condition.Status == corev1.ConditionTrue {
			return ""
		}
	}
	statuses := append(append([]corev1.ContainerStatus{}, p.Status.InitContainerStatuses...), p.Status.ContainerStatuses...)
	for _, s := range statuses {
		if cause := containerTrouble(s); cause != "" {
			return cause
		}
	}
	for _, condition := range p.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			return condition.Reason + ": " + condition.Message
		}
	}
	for _, s := range statuses {
		if s.State.Running != nil && !s.Ready {
			return fmt.Sprintf("container %s runs but is not ready", s.Name)
		}
	}
	return "phase " + string(p.Status.Phase)
}

// containerTrouble says why a container does not run, or nothing.
func containerTrouble(s corev1.ContainerStatus) string {
	switch {
	case s.State.Waiting != nil && s.LastTerminationState.Terminated != nil:
		return fmt.Sprintf("container %s: %s, last exit %d: %s", s.Name, s.State.Waiting.Reason,
			s.LastTerminationState.Terminated.ExitCode, s.LastTerminationState.Terminated.Message)
	case s.State.Waiting != nil:
		return fmt.Sprintf("container %s: %s %s", s.Name, s.State.Waiting.Reason, s.State.Waiting.Message)
	case s.State.Terminated != nil && s.State.Terminated.ExitCode != 0:
		return fmt.Sprintf("container %s: exit %d: %s", s.Name, s.State.Terminated.ExitCode, s.State.Terminated.Message)
	}
	return ""
}

// lastWarning is the latest warning event about a pod, to be put behind its
// state. It adds to an error that stands by itself, so that events which
// cannot be had are only said to be so.
func lastWarning(ctx context.Context, client kubernetes.Interface, p corev1.Pod) string {
	list, err := client.CoreV1().Events(p.Namespace).List(ctx, metav1.ListOptions{
		FieldSelector: fields.Set{"involvedObject.name": p.Name, "type": corev1.EventTypeWarning}.String(),
	})
	if err != nil {
		return fmt.Sprintf(" (no events: %v)", err)
	}
	var latest *corev1.Event
	for i := range list.Items {
		e := &list.Items[i]
		if e.Reason == "FailedScheduling" && p.Spec.NodeName != "" {
			continue // overcome
		}
		if latest == nil || latest.LastTimestamp.Before(&e.LastTimestamp) {
			latest = e
		}
	}
	if latest == nil {
		return ""
	}
	return fmt.Sprintf(" (%s: %s)", latest.Reason, latest.Message)
}
