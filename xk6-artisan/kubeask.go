package artisan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// askTimeout bounds one question to the API server.
const askTimeout = 10 * time.Second

// named is an object of the cluster that a script named.
type named struct {
	cluster         Cluster
	client          kubernetes.Interface
	resource        string // as permissions name it: "horizontalpodautoscalers"
	kind            string // as people do: "HPA"
	namespace, name string
}

// named finds the cluster and connects, without talking to it.
func (m *Module) named(resource, kind, namespace, name string) (named, error) {
	c, err := m.ext.theCluster()
	if err != nil {
		return named{}, err
	}
	client, err := share(m.ext, "client", func() (kubernetes.Interface, func() error, error) {
		rc := rest.CopyConfig(c.REST)
		rc.Timeout = askTimeout
		http, err := rest.HTTPClientFor(rc)
		if err != nil {
			return nil, nil, err
		}
		client, err := kubernetes.NewForConfigAndClient(rc, http)
		return client, func() error { http.CloseIdleConnections(); return nil }, err
	})
	if err != nil {
		return named{}, fmt.Errorf("connect to %s: %w", c.Name, err)
	}
	if namespace == "" {
		namespace = c.Namespace
	}
	return named{c, client, resource, kind, namespace, name}, nil
}

// absentError says that an object does not exist.
type absentError struct{ kind, text string }

func (e *absentError) Error() string { return e.text }

// explain says of an API server's refusal what a person can do about it.
func (t named) explain(ctx context.Context, doing string, err error) error {
	where := fmt.Sprintf("namespace %q of %s", t.namespace, t.cluster.Name)
	var status apierrors.APIStatus
	switch {
	case err == nil:
		return nil
	case apierrors.IsNotFound(err):
		return &absentError{t.kind, fmt.Sprintf("there is no %s %q in %s%s", t.kind, t.name, where, t.others(ctx))}
	case apierrors.IsForbidden(err):
		return fmt.Errorf("%s %q in %s is forbidden: the role needs get, list and watch on %s (to scale: patch on deployments/scale): %w", doing, t.name, where, t.resource, err)
	case apierrors.IsUnauthorized(err):
		return fmt.Errorf("%s %q in %s: the API server does not know who asks: renew the credentials of the kubeconfig: %w", doing, t.name, where, err)
	case errors.As(err, &status):
		return fmt.Errorf("%s %q in %s: %w", doing, t.name, where, err)
	}
	return fmt.Errorf("%s %q in %s: the API server at %s does not answer: see that the cluster is up: %w", doing, t.name, where, t.cluster.REST.Host, err)
}

// others names the objects that there are.
func (t named) others(ctx context.Context) string {
	var names []string
	switch t.kind {
	case "HPA":
		if list, err := t.client.AutoscalingV2().HorizontalPodAutoscalers(t.namespace).List(ctx, metav1.ListOptions{Limit: 50}); err == nil {
			for _, h := range list.Items {
				names = append(names, h.Name)
			}
		}
	default:
		if list, err := t.client.AppsV1().Deployments(t.namespace).List(ctx, metav1.ListOptions{Limit: 50}); err == nil {
			for _, d := range list.Items {
				names = append(names, d.Name)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return ": there are " + strings.Join(names, ", ")
}

// exists makes sure that the object is there.
func (t named) exists(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	var err error
	if t.kind == "HPA" {
		_, err = t.client.AutoscalingV2().HorizontalPodAutoscalers(t.namespace).Get(ctx, t.name, metav1.GetOptions{})
	} else {
		_, err = t.client.AppsV1().Deployments(t.namespace).Get(ctx, t.name, metav1.GetOptions{})
	}
	return t.explain(ctx, "read "+t.kind, err)
}

// desired asks for the desired replicas of an HPA once more: a watch that is
// silent may be broken.
func (t named) desired(ctx context.Context) (int32, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	h, err := t.client.AutoscalingV2().HorizontalPodAutoscalers(t.namespace).Get(ctx, t.name, metav1.GetOptions{})
	if err != nil {
		return 0, t.explain(ctx, "read "+t.kind, err)
	}
	return h.Status.DesiredReplicas, nil
}

// scale sets the replicas of a Deployment and returns how many it had.
func (t named) scale(ctx context.Context, replicas int32) (before int32, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	api := t.client.AppsV1().Deployments(t.namespace)
	now, err := api.GetScale(ctx, t.name, metav1.GetOptions{})
	if err != nil {
		return 0, t.explain(ctx, "read the scale of "+t.kind, err)
	}
	before = now.Spec.Replicas
	// Without a resource version: what an HPA did in between is overwritten, as
	// kubectl scale does.
	want := &autoscalingv1.Scale{ObjectMeta: metav1.ObjectMeta{Name: t.name, Namespace: t.namespace}, Spec: autoscalingv1.ScaleSpec{Replicas: replicas}}
	_, err = api.UpdateScale(ctx, t.name, want, metav1.UpdateOptions{FieldManager: "headroom"})
	return before, t.explain(ctx, "scale "+t.kind, err)
}

// autoscaledBy names the HPA whose target the Deployment is; "" if there is
// none.
func (t named) autoscaledBy(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	list, err := t.client.AutoscalingV2().HorizontalPodAutoscalers(t.namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return "", t.explain(ctx, "list the HPAs that scale "+t.kind, err)
	}
	for _, h := range list.Items {
		if h.Spec.ScaleTargetRef.Kind == t.kind && h.Spec.ScaleTargetRef.Name == t.name {
			return h.Name, nil
		}
	}
	return "", nil
}
