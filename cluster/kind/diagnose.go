package kind

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/artisan-platform/headroom/cluster/podcause"
)

// podUnready is the most telling reason why a pod is not Ready, or empty if
// it is.
func podUnready(p corev1.Pod) string {
	if podcause.Ready(&p) {
		return ""
	}
	return podcause.Unready(&p)
}

// lastWarning is the latest warning event about a pod, to be put behind its
// state.
func lastWarning(ctx context.Context, client kubernetes.Interface, p corev1.Pod) string {
	warning := podcause.Warning(ctx, client, &p)
	if warning == "" {
		return ""
	}
	return " (" + warning + ")"
}
