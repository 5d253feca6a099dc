package stack

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/artisan-platform/headroom/cluster/podcause"
)

// maxCauses bounds how many pods an explanation names: the others of a
// Deployment nearly always fail for the same reason.
const maxCauses = 3

// explainDeployment says why pods of a Deployment are missing or not ready.
// What cannot be asked is said as well: it may be the cause.
func (s *Stack) explainDeployment(ctx context.Context, namespace, name string) string {
	if causes := s.explainPods(ctx, namespace, "app="+name); causes != "" {
		return causes
	}
	return s.explainReplicaSets(ctx, namespace, name)
}

// explainPods says what the pods of a selector are waiting for; "" if there is
// none that is not ready.
func (s *Stack) explainPods(ctx context.Context, namespace, selector string) string {
	pods, err := s.client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: selector})
	if err != nil {
		return fmt.Sprintf("list its pods: %v", err)
	}
	var causes []string
	for i := range pods.Items {
		pod := &pods.Items[i]
		if podReady(pod) || len(causes) == maxCauses {
			continue
		}
		cause := fmt.Sprintf("pod %s: %s", pod.Name, podcause.Unready(pod))
		if event := podcause.Warning(ctx, s.client, pod); event != "" {
			cause += " (" + event + ")"
		}
		if last := s.lastWords(ctx, pod); last != "" {
			cause += ", last output: " + last
		}
		causes = append(causes, cause)
	}
	return strings.Join(causes, "; ")
}

// explainReplicaSets covers pods that could not even be created (quota,
// admission, a missing service account).
func (s *Stack) explainReplicaSets(ctx context.Context, namespace, name string) string {
	sets, err := s.client.AppsV1().ReplicaSets(namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=" + name})
	if err != nil {
		return fmt.Sprintf("list its ReplicaSets: %v", err)
	}
	for _, rs := range sets.Items {
		for _, c := range rs.Status.Conditions {
			if c.Status == corev1.ConditionTrue && c.Message != "" {
				return fmt.Sprintf("ReplicaSet %s: %s: %s", rs.Name, c.Reason, c.Message)
			}
		}
	}
	return ""
}

// lastWords is the end of what a crashed container printed, which is nearly
// always the cause itself.
func (s *Stack) lastWords(ctx context.Context, pod *corev1.Pod) string {
	const lines, bytes = 3, 1000
	for _, c := range pod.Status.ContainerStatuses {
		if c.RestartCount == 0 && c.State.Terminated == nil {
			continue
		}
		opts := &corev1.PodLogOptions{Container: c.Name, Previous: c.State.Terminated == nil, TailLines: ptrTo(int64(lines))}
		out, err := s.client.CoreV1().Pods(pod.Namespace).GetLogs(pod.Name, opts).DoRaw(ctx)
		if err != nil {
			return fmt.Sprintf("cannot be read: %v", err)
		}
		text := strings.TrimSpace(string(out))
		return text[max(0, len(text)-bytes):]
	}
	return ""
}

func ptrTo[T any](v T) *T { return &v }

// podReady reports whether a pod serves and is going to go on doing so.
func podReady(pod *corev1.Pod) bool {
	return podcause.Ready(pod) && pod.DeletionTimestamp == nil
}
