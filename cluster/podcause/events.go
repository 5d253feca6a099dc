package podcause

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/kubernetes"
)

// Warning is the newest warning event about a pod, or empty. Once the pod has
// a node, that it had none before is no cause any more. It adds to a reason
// that stands by itself, so that events that cannot be had are only said to be so.
func Warning(ctx context.Context, client kubernetes.Interface, pod *corev1.Pod) string {
	return newestWarning(ctx, client, "Pod", pod.Namespace, pod.Name, func(e *corev1.Event) bool {
		return e.Reason == "FailedScheduling" && pod.Spec.NodeName != ""
	})
}

// WarningOf is the newest warning event about an object of any kind, or empty.
func WarningOf(ctx context.Context, client kubernetes.Interface, kind, namespace, name string) string {
	return newestWarning(ctx, client, kind, namespace, name, func(*corev1.Event) bool { return false })
}

func newestWarning(ctx context.Context, client kubernetes.Interface, kind, namespace, name string, overcome func(*corev1.Event) bool) string {
	selector := fields.Set{"involvedObject.kind": kind, "involvedObject.name": name, "type": corev1.EventTypeWarning}
	events, err := client.CoreV1().Events(namespace).List(ctx, metav1.ListOptions{FieldSelector: selector.String()})
	if err != nil {
		return fmt.Sprintf("no events: %v", err)
	}
	var newest *corev1.Event
	for i := range events.Items {
		e := &events.Items[i]
		if !overcome(e) && (newest == nil || lastSeen(newest).Before(lastSeen(e))) {
			newest = e
		}
	}
	if newest == nil {
		return ""
	}
	return join(": ", newest.Reason, newest.Message)
}

// lastSeen is when an event happened last. The old and the new API for events
// fill different fields.
func lastSeen(e *corev1.Event) time.Time {
	at := e.LastTimestamp.Time
	if e.EventTime.After(at) {
		at = e.EventTime.Time
	}
	if e.Series != nil && e.Series.LastObservedTime.After(at) {
		at = e.Series.LastObservedTime.Time
	}
	return at
}
