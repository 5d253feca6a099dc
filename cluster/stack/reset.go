package stack

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/artisan-platform/headroom/runner/progress"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	custommetrics "k8s.io/metrics/pkg/apis/custom_metrics/v1beta1"
)

// hpaForget is how long an HPA has to be gone before its successor of the
// same name starts with a clean slate. The HPA controller drops its
// recommendations and scale events when it next looks at the deleted key, which
// is up to one sync period (15 s) later.
const hpaForget = 17 * time.Second

// idleRate is the request rate of the whole backend, in requests per second,
// below which it counts as idle.
const idleRate = 1.0

// Reset brings a used stack to a known base line within a minute, where letting
// the scale-down windows pass would take more than five: HPAs made anew without
// a history, Deployments at their minimum with no surplus pod, the queue empty,
// the request rate near zero, and the HPAs active again. Whatever else was
// changed in the stack's objects is put back as well.
func (s *Stack) Reset(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	objs, err := Manifests(s.opts)
	if err != nil {
		return err
	}
	targets, err := scaleTargets(objs)
	if err != nil {
		return err
	}
	deleted, err := s.rewind(ctx, objs, targets)
	if err != nil {
		return err
	}
	if err := s.await(ctx, s.baseLine(targets, deleted)); err != nil {
		return fmt.Errorf("reset: %w", err)
	}
	for _, t := range targets {
		if err := s.applyOne(ctx, t.hpa); err != nil {
			return fmt.Errorf("reset: %w", err)
		}
	}
	return s.await(ctx, s.readyConditions(objs))
}

// rewind deletes the HPAs, re-applies the rest and scales down. It returns
// when the last HPA was deleted.
func (s *Stack) rewind(ctx context.Context, objs []*unstructured.Unstructured, targets []target) (deleted time.Time, err error) {
	err = progress.Do(s.opts.Reporter, "reset the stack", func(step progress.Step) error {
		for _, t := range targets {
			err := s.client.AutoscalingV2().HorizontalPodAutoscalers(t.namespace).Delete(ctx, t.hpa.GetName(), metav1.DeleteOptions{})
			if err != nil && !apierrors.IsNotFound(err) {
				return fmt.Errorf("delete %s: %w", describe(t.hpa), err)
			}
		}
		deleted = time.Now()
		if err := s.applyAll(ctx, without(objs, "HorizontalPodAutoscaler"), step); err != nil {
			return err
		}
		for _, t := range targets {
			if err := s.setReplicas(ctx, t); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return deleted, fmt.Errorf("reset: %w", err)
	}
	return deleted, nil
}

func without(objs []*unstructured.Unstructured, kind string) []*unstructured.Unstructured {
	var kept []*unstructured.Unstructured
	for _, obj := range objs {
		if obj.GetKind() != kind {
			kept = append(kept, obj)
		}
	}
	return kept
}

// baseLine is what has to hold before the HPAs are made anew.
func (s *Stack) baseLine(targets []target, deleted time.Time) []condition {
	conditions := []condition{
		elapsed("HPA history forgotten", deleted, hpaForget),
		s.queueEmpty(),
		s.backendIdle(),
	}
	for _, t := range targets {
		conditions = append(conditions, s.atMinimum(t))
	}
	return conditions
}

// atMinimum waits for exactly the minimum of pods, none of them going away.
func (s *Stack) atMinimum(t target) condition {
	return condition{
		name: fmt.Sprintf("Deployment %s/%s at %d", t.namespace, t.deployment, t.min),
		check: func(ctx context.Context) (string, bool, error) {
			pods, err := s.client.CoreV1().Pods(t.namespace).List(ctx, metav1.ListOptions{LabelSelector: "app=" + t.deployment})
			if err != nil {
				return "", false, fmt.Errorf("list pods of %s/%s: %w", t.namespace, t.deployment, err)
			}
			ready := 0
			for i := range pods.Items {
				if podReady(&pods.Items[i]) {
					ready++
				}
			}
			met := ready == int(t.min) && len(pods.Items) == ready
			return fmt.Sprintf("%d pods, %d ready, want %d", len(pods.Items), ready, t.min), met, nil
		},
		explain: func(ctx context.Context) string { return s.explainDeployment(ctx, t.namespace, t.deployment) },
	}
}

// backendIdle waits until the metric that the HPA will see has run down. It is
// a rate over 30 s, so this takes that long after the last request.
func (s *Stack) backendIdle() condition {
	return condition{
		name: "request rate near zero",
		check: func(ctx context.Context) (string, bool, error) {
			rate, err := s.requestRate(ctx)
			if err != nil {
				return "", false, err
			}
			return fmt.Sprintf("%.1f requests/s", rate), rate < idleRate, nil
		},
	}
}

// requestRate sums http_requests_per_second over the backend's pods.
func (s *Stack) requestRate(ctx context.Context) (float64, error) {
	const path = "/apis/custom.metrics.k8s.io/v1beta1/namespaces/" + Namespace + "/pods/*/http_requests_per_second"
	body, err := s.client.Discovery().RESTClient().Get().AbsPath(path).
		Param("labelSelector", "app="+BackendDeployment).DoRaw(ctx)
	if err != nil {
		return 0, fmt.Errorf("read http_requests_per_second: %w", err)
	}
	var list custommetrics.MetricValueList
	if err := json.Unmarshal(body, &list); err != nil {
		return 0, fmt.Errorf("decode http_requests_per_second: %w", err)
	}
	if len(list.Items) == 0 {
		return 0, fmt.Errorf("read http_requests_per_second: no pod has a value")
	}
	sum := 0.0
	for _, item := range list.Items {
		sum += item.Value.AsApproximateFloat64()
	}
	return sum, nil
}
