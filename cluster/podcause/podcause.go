// Package podcause says why a pod is not ready, in one line, from what its
// containers, its conditions and its events say.
package podcause

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Ready reports whether the pod's Ready condition holds.
func Ready(pod *corev1.Pod) bool {
	c := condition(pod, corev1.PodReady)
	return c != nil && c.Status == corev1.ConditionTrue
}

// Unready is the most telling reason why a pod that is not Ready is not: a
// container's trouble first, then the scheduler's, then the rest.
func Unready(pod *corev1.Pod) string {
	containers := append(append([]corev1.ContainerStatus{}, pod.Status.InitContainerStatuses...), pod.Status.ContainerStatuses...)
	for _, c := range containers {
		if cause := trouble(c); cause != "" {
			return fmt.Sprintf("container %s: %s", c.Name, cause)
		}
	}
	if c := condition(pod, corev1.PodScheduled); c != nil && c.Status == corev1.ConditionFalse {
		return join(": ", c.Reason, c.Message)
	}
	if pod.DeletionTimestamp != nil {
		return "terminating"
	}
	for _, c := range pod.Status.ContainerStatuses {
		if c.State.Running != nil && !c.Ready {
			return fmt.Sprintf("container %s runs but is not ready", c.Name)
		}
	}
	phase := "phase " + string(pod.Status.Phase)
	if c := condition(pod, corev1.PodReady); c != nil {
		return join(": ", phase, c.Reason, c.Message)
	}
	return phase
}

// trouble says why a container does not run, or nothing where it runs, has
// done its work or is just being created.
func trouble(c corev1.ContainerStatus) string {
	if w := c.State.Waiting; w != nil {
		last := c.LastTerminationState.Terminated
		switch {
		case last != nil:
			return join(" ", w.Reason, w.Message) + ", last " + ending(last)
		case w.Reason == "ContainerCreating" || w.Reason == "PodInitializing":
			return ""
		}
		return join(" ", w.Reason, w.Message)
	}
	if t := c.State.Terminated; t != nil && t.ExitCode != 0 {
		return ending(t)
	}
	return ""
}

func ending(t *corev1.ContainerStateTerminated) string {
	return join(": ", fmt.Sprintf("exit %d", t.ExitCode), t.Reason, t.Message)
}

func condition(pod *corev1.Pod, kind corev1.PodConditionType) *corev1.PodCondition {
	for i := range pod.Status.Conditions {
		if pod.Status.Conditions[i].Type == kind {
			return &pod.Status.Conditions[i]
		}
	}
	return nil
}

// join joins the parts that are not empty.
func join(separator string, parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, separator)
}
