// Package disrupt breaks parts of the cluster on purpose while load runs, and
// observes when others have taken their place.
package disrupt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

const (
	// askTimeout bounds one question to the API server.
	askTimeout = 5 * time.Second
	// lookEvery is how often the pods are looked at until all are replaced:
	// what is reported is late by so much at most.
	lookEvery = 200 * time.Millisecond
)

// Config says what to break, and where.
type Config struct {
	RestConfig *rest.Config
	Namespace  string // that the pods are in
	Disruption spec.Disruption
	Sink       observation.Sink
}

// disruption is one disruption under way.
type disruption struct {
	Config
	client  kubernetes.Interface
	from    time.Time
	deleted []types.UID
}

// Run carries out a disruption now and returns once what it took away has been
// replaced, or when ctx ends. What it could not do is a record, as all it did,
// and no error: whether the run is worth anything then is the judge's business.
// The error is for a configuration that no client can be made from.
func Run(ctx context.Context, cfg Config) error {
	rc := rest.CopyConfig(cfg.RestConfig)
	rc.Timeout = askTimeout
	web, err := rest.HTTPClientFor(rc)
	if err != nil {
		return fmt.Errorf("disruption %q: connect: %w", cfg.Disruption.Name, err)
	}
	defer web.CloseIdleConnections()
	client, err := kubernetes.NewForConfigAndClient(rc, web)
	if err != nil {
		return fmt.Errorf("disruption %q: connect: %w", cfg.Disruption.Name, err)
	}
	return run(ctx, cfg, client)
}

func run(ctx context.Context, cfg Config, client kubernetes.Interface) error {
	d := &disruption{Config: cfg, client: client, from: time.Now()}
	names, err := d.deletePods(ctx)
	if err != nil {
		d.observe(observation.NotDisrupted, names, err)
		return nil
	}
	d.observe(observation.Disrupted, names, nil)
	if names, ok := d.replaced(ctx); ok {
		d.observe(observation.Replaced, names, nil)
	}
	return nil
}

func (d *disruption) observe(stage observation.DisruptionStage, pods []string, err error) {
	x := &observation.Disruption{Name: d.Disruption.Name, Stage: stage, From: d.from, Pods: pods}
	if err != nil {
		x.Error = err.Error()
	}
	d.Sink.Observe(observation.Record{Time: time.Now(), Kind: observation.KindDisruption, Disruption: x})
}

// pods are those that the selector matches now.
func (d *disruption) pods(ctx context.Context) ([]corev1.Pod, error) {
	list, err := d.client.CoreV1().Pods(d.Namespace).List(ctx, metav1.ListOptions{LabelSelector: d.Disruption.DeletePods.Selector})
	if err != nil {
		return nil, fmt.Errorf("list the pods with %s: %w", d.Disruption.DeletePods.Selector, err)
	}
	return list.Items, nil
}

// deletePods deletes what the selector matches and returns the names. A pod
// that came under the same name in the meantime stays.
func (d *disruption) deletePods(ctx context.Context) ([]string, error) {
	pods, err := d.pods(ctx)
	if err != nil {
		return nil, err
	}
	pods = slices.DeleteFunc(pods, func(p corev1.Pod) bool { return p.DeletionTimestamp != nil })
	if len(pods) == 0 {
		return nil, fmt.Errorf("no pod in namespace %s has the labels %s", d.Namespace, d.Disruption.DeletePods.Selector)
	}
	grace := int64(d.Disruption.DeletePods.Grace.Seconds())
	d.from = time.Now()
	var names []string
	var failed []error
	for _, p := range pods {
		err := d.client.CoreV1().Pods(d.Namespace).Delete(ctx, p.Name,
			metav1.DeleteOptions{GracePeriodSeconds: &grace, Preconditions: &metav1.Preconditions{UID: &p.UID}})
		if err != nil {
			failed = append(failed, fmt.Errorf("delete pod %s: %w", p.Name, err))
			continue
		}
		names, d.deleted = append(names, p.Name), append(d.deleted, p.UID)
	}
	return names, errors.Join(failed...)
}

// replaced waits until as many others as were deleted are ready; ok is false
// if ctx ended first. An API server that does not answer now may answer later.
func (d *disruption) replaced(ctx context.Context) (names []string, ok bool) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, false
		case <-tick.C:
		}
		pods, err := d.pods(ctx)
		if err != nil {
			continue
		}
		names = names[:0]
		for _, p := range pods {
			if !slices.Contains(d.deleted, p.UID) && p.DeletionTimestamp == nil && ready(p) {
				names = append(names, p.Name)
			}
		}
		if len(names) >= len(d.deleted) {
			return names, true
		}
	}
}

func ready(p corev1.Pod) bool {
	return slices.ContainsFunc(p.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}
