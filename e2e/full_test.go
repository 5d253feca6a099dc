package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/artisan-platform/headroom/cluster/stack"
	"github.com/artisan-platform/headroom/runner/experiment"
)

// breakage is one story of the full stack: a part is broken on purpose, and
// status says which, why and what to do.
type breakage struct {
	name      string
	part      string // the component that turns red
	cause     string // part of what status says
	next      string // part of its advice
	breakIt   func(t *testing.T)
	mend      func(t *testing.T) // nil: it heals by itself
	healsSoon time.Duration      // after mend, or by itself
}

var breakages = []breakage{
	{
		name: "primary's pod deleted", part: "postgres", cause: "want", next: "get cluster postgres-cluster",
		breakIt: deletePrimary, healsSoon: 3 * time.Minute,
	},
	{
		name: "PgBouncer in session mode", part: "pgbouncer", cause: `pool_mode is "session", documented is "transaction"`, next: "headroom up",
		breakIt: func(t *testing.T) {
			editConfig(t, stack.Namespace, "pgbouncer", "pgbouncer.ini", "pool_mode = transaction", "pool_mode = session")
			restart(t, stack.Namespace, "pgbouncer")
		},
		mend: func(t *testing.T) {
			editConfig(t, stack.Namespace, "pgbouncer", "pgbouncer.ini", "pool_mode = session", "pool_mode = transaction")
			restart(t, stack.Namespace, "pgbouncer")
		},
		healsSoon: time.Minute,
	},
	{
		name: "Redis node lost", part: "redis-cluster", cause: "node 5", next: "app=redis-cluster",
		breakIt: func(t *testing.T) { scaleRedis(t, 5) },
		mend:    func(t *testing.T) { scaleRedis(t, 6) }, healsSoon: 2 * time.Minute,
	},
	{
		name: "adapter rule removed", part: "autoscalers", cause: "HPA queue-worker-hpa: metric redis_queue_length", next: "prometheus-adapter",
		breakIt: func(t *testing.T) {
			editConfig(t, "monitoring", "prometheus-adapter", "config.yaml", "as: redis_queue_length", "as: another_name")
			restart(t, "monitoring", "prometheus-adapter")
		},
		mend: func(t *testing.T) {
			editConfig(t, "monitoring", "prometheus-adapter", "config.yaml", "as: another_name", "as: redis_queue_length")
			restart(t, "monitoring", "prometheus-adapter")
		},
		healsSoon: 2 * time.Minute,
	},
}

// fullStack brings up all that the guide documents, proves it, and breaks its
// parts one after the other: the database under load, the others at rest. In
// source mode the nodes of the core stack lack the images: their cluster goes.
func fullStack(t *testing.T) {
	run(t, 0, 3*time.Minute, "down")
	began := time.Now()
	run(t, 0, 15*time.Minute, "up", "--images", "source", "--stack", "full")
	t.Logf("all of the full stack proven after %v", time.Since(began).Round(time.Second))
	run(t, 0, 2*time.Minute, "status")
	t.Run("guide's script", guideScript)
	t.Run("failover", failover)
	for _, b := range slices.Concat(edgeBreakages, breakages) {
		t.Run(strings.ReplaceAll(b.name, " ", "-"), func(t *testing.T) {
			b.breakIt(t)
			awaitRed(t, b)
			if b.mend != nil {
				b.mend(t)
			}
			awaitGreen(t, b.healsSoon)
		})
	}
}

// health runs status and reads what it says.
func health(t *testing.T) (experiment.Health, int) {
	t.Helper()
	p := start(t, nil, "status", "--json")
	code := p.wait(t, 2*time.Minute)
	text := p.out.String()
	if i := strings.LastIndex(text, "\n}\n"); i >= 0 {
		text = text[:i+2] // what follows went to standard error
	}
	var h experiment.Health
	if err := json.Unmarshal([]byte(text[strings.Index(text, "{"):]), &h); err != nil {
		t.Fatalf("status --json: %v\n%s", err, p.out)
	}
	if (code == 0) != h.Healthy {
		t.Errorf("exit code %d of a stack that is healthy: %v", code, h.Healthy)
	}
	if code != 0 && code != 4 {
		t.Errorf("exit code %d, want 0 or 4", code)
	}
	return h, code
}

// awaitRed wants the broken part red within a minute, with its cause and the
// next step.
func awaitRed(t *testing.T, b breakage) {
	t.Helper()
	var last string
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Second) {
		h, _ := health(t)
		last = fmt.Sprintf("%+v", h.Results)
		for _, r := range h.Results {
			if r.Component == b.part && !r.Ready && strings.Contains(r.Cause, b.cause) && strings.Contains(r.Next, b.next) {
				t.Logf("red: %s: %s → %s", r.Component, r.Cause, r.Next)
				return
			}
		}
	}
	t.Fatalf("%s did not turn red with cause %q and advice %q:\n%s", b.part, b.cause, b.next, last)
}

func awaitGreen(t *testing.T, limit time.Duration) {
	t.Helper()
	began := time.Now()
	var h experiment.Health
	for end := began.Add(limit); time.Now().Before(end); time.Sleep(time.Second) {
		if h, _ = health(t); h.Healthy {
			t.Logf("green after %v", time.Since(began).Round(time.Second))
			return
		}
	}
	t.Fatalf("not healthy after %v: %+v", limit, h.Results)
}

// deletePrimary removes the primary's pod without letting it say goodbye.
func deletePrimary(t *testing.T) {
	t.Helper()
	pods := client(t).CoreV1().Pods(stack.Namespace)
	list, err := pods.List(t.Context(), metav1.ListOptions{LabelSelector: "cnpg.io/cluster=postgres-cluster,cnpg.io/instanceRole=primary"})
	if err != nil || len(list.Items) != 1 {
		t.Fatalf("primaries: %d, error %v", len(list.Items), err)
	}
	now := int64(0)
	if err := pods.Delete(t.Context(), list.Items[0].Name, metav1.DeleteOptions{GracePeriodSeconds: &now}); err != nil {
		t.Fatal(err)
	}
}

// editConfig replaces a part of a ConfigMap's text.
func editConfig(t *testing.T, namespace, name, key, from, to string) {
	t.Helper()
	maps := client(t).CoreV1().ConfigMaps(namespace)
	config, err := maps.Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(config.Data[key], from) {
		t.Fatalf("ConfigMap %s has no %q", name, from)
	}
	config.Data[key] = strings.ReplaceAll(config.Data[key], from, to)
	if _, err := maps.Update(t.Context(), config, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
}

// restart rolls a Deployment's pods and waits until the old ones are gone.
func restart(t *testing.T, namespace, name string) {
	t.Helper()
	patch := fmt.Sprintf(`{"spec":{"template":{"metadata":{"annotations":{"e2e/restarted":"%d"}}}}}`, time.Now().UnixNano())
	deployments := client(t).AppsV1().Deployments(namespace)
	if _, err := deployments.Patch(t.Context(), name, types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(time.Second) {
		d, err := deployments.Get(t.Context(), name, metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		want := *d.Spec.Replicas
		if s := d.Status; s.ObservedGeneration >= d.Generation && s.UpdatedReplicas == want && s.Replicas == want && s.AvailableReplicas == want {
			return
		}
	}
	t.Fatalf("Deployment %s did not restart", name)
}

func scaleRedis(t *testing.T, replicas int32) {
	t.Helper()
	scale := &autoscalingv1.Scale{ObjectMeta: metav1.ObjectMeta{Name: "redis-cluster", Namespace: stack.Namespace},
		Spec: autoscalingv1.ScaleSpec{Replicas: replicas}}
	c := client(t)
	if _, err := c.AppsV1().StatefulSets(stack.Namespace).UpdateScale(t.Context(), "redis-cluster", scale, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Second) {
		list, err := c.CoreV1().Pods(stack.Namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "app=redis-cluster", FieldSelector: "status.phase=" + string(corev1.PodRunning)})
		if err == nil && len(list.Items) == int(replicas) {
			return
		}
	}
	t.Fatalf("the Redis cluster did not come to %d pods", replicas)
}
