package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/artisan-platform/headroom/cluster/nodegroup"
	"github.com/artisan-platform/headroom/cluster/proof"
	"github.com/artisan-platform/headroom/cluster/stack"
)

// breakage is something that is broken on purpose on a healthy full stack, and
// the line of `headroom status` that has to turn red.
type breakage struct {
	name      string
	do        func(t *testing.T)
	component string
	cause     string // in the red check's cause
	next      string // in its next step
	mend      func(t *testing.T)
}

var edgeBreakages = []breakage{
	{
		name: "ingress serves a certificate for another name", do: swapCertificate,
		component: "ingress", cause: "api.artisan-platform.com is not what the server's certificate is good for", next: "headroom up puts right",
		mend: upFull,
	},
	{
		name: "edge cache caches the API", do: cacheAPI,
		component: "edge cache", cause: "it must not be cached", next: "nginx.conf",
		mend: upFull,
	},
	{
		name: "node without its label", do: func(t *testing.T) { labelNode(t, "null") },
		component: "node groups", cause: "has no label node-type", next: "kubectl label --overwrite node",
		mend: func(t *testing.T) { labelNode(t, `"general-purpose"`) },
	},
	{
		name: "load balancer without addresses", do: deletePool,
		component: "load balancer", cause: "has no address", next: "metallb-controller",
		mend: upFull,
	},
}

// edge: each front of the full stack is used, and seen red when it is broken.
func edge(t *testing.T) {
	upFull(t)
	statusOf(t, 0)
	t.Run("guide's script", func(t *testing.T) {
		run(t, 0, 10*time.Minute, "verify", "--images", "source", "--out", t.TempDir(), "testdata/ingress.yaml")
	})
	for _, b := range edgeBreakages {
		t.Run(strings.ReplaceAll(b.name, " ", "-"), func(t *testing.T) {
			b.do(t)
			defer b.mend(t)
			awaitRed(t, b)
		})
	}
	statusOf(t, 0)
}

func upFull(t *testing.T) {
	t.Helper()
	run(t, 0, 12*time.Minute, "up", "--stack", "full", "--images", "source")
}

// statusOf runs status, wants an exit code, and returns the checks.
func statusOf(t *testing.T, code int) []proof.Result {
	t.Helper()
	p := start(t, nil, "status", "--json")
	if got := p.wait(t, 2*time.Minute); got != code {
		t.Fatalf("headroom status: exit code %d, want %d\n%s", got, code, p.out)
	}
	var health struct{ Results []proof.Result }
	if err := json.NewDecoder(strings.NewReader(p.out.String())).Decode(&health); err != nil {
		t.Fatalf("decode the output of status: %v\n%s", err, p.out)
	}
	return health.Results
}

// awaitRed waits until a check of the component is red for the right reason: a
// change takes its time to reach a program.
func awaitRed(t *testing.T, b breakage) {
	t.Helper()
	var last string
	for deadline := time.Now().Add(90 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Second) {
		p := start(t, nil, "status", "--json")
		code := p.wait(t, 2*time.Minute)
		last = p.out.String()
		if code != 4 {
			continue
		}
		var health struct{ Results []proof.Result }
		if err := json.NewDecoder(strings.NewReader(last)).Decode(&health); err != nil {
			t.Fatalf("decode the output of status: %v\n%s", err, last)
		}
		for _, r := range health.Results {
			if r.Component == b.component && !r.Ready && strings.Contains(r.Cause, b.cause) && strings.Contains(r.Next, b.next) {
				t.Logf("%s: %s\n→ %s", r.Check, r.Cause, r.Next)
				return
			}
		}
	}
	t.Errorf("%s never turned red with cause %q and next step %q\n%s", b.component, b.cause, b.next, last)
}

// swapCertificate gives the ingress the certificate of the edge cache.
func swapCertificate(t *testing.T) {
	t.Helper()
	secrets := client(t).CoreV1().Secrets(stack.Namespace)
	other, err := secrets.Get(t.Context(), "edge-cache-tls", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	patch, err := json.Marshal(corev1.Secret{Data: other.Data})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := secrets.Patch(t.Context(), "artisan-platform-tls", types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
}

// cacheAPI changes the edge cache's configuration so that it keeps what the API
// answers, and restarts it.
func cacheAPI(t *testing.T) {
	t.Helper()
	c := client(t)
	config, err := c.CoreV1().ConfigMaps(stack.Namespace).Get(t.Context(), "edge-cache", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	text := config.Data["nginx.conf"]
	config.Data["nginx.conf"] = strings.Replace(text, "proxy_cache off;", "proxy_cache static;\n proxy_cache_valid any 1m;", 1)
	if config.Data["nginx.conf"] == text {
		t.Fatal("nginx.conf has no line `proxy_cache off;` to break")
	}
	if _, err := c.CoreV1().ConfigMaps(stack.Namespace).Update(t.Context(), config, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	restart := fmt.Sprintf(`{"spec":{"template":{"metadata":{"annotations":{"headroom/e2e":%q}}}}}`, time.Now().Format(time.RFC3339))
	if _, err := c.AppsV1().Deployments(stack.Namespace).Patch(t.Context(), "edge-cache", types.MergePatchType, []byte(restart), metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
}

// labelNode sets the group's label of one node, of the same one each time, to a
// JSON value.
func labelNode(t *testing.T, value string) {
	t.Helper()
	const node = "headroom-worker2"
	patch := fmt.Sprintf(`{"metadata":{"labels":{%q:%s}}}`, nodegroup.Label, value)
	if _, err := client(t).CoreV1().Nodes().Patch(t.Context(), node, types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
}

// deletePool takes the addresses away, and the one that is in use: a Service
// keeps what it was given.
func deletePool(t *testing.T) {
	t.Helper()
	c := client(t)
	err := c.CoreV1().RESTClient().Delete().AbsPath("/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools/headroom").Do(t.Context()).Error()
	if err != nil {
		t.Fatalf("delete the pool of addresses: %v", err)
	}
	services := c.CoreV1().Services(stack.Namespace)
	s, err := services.Get(t.Context(), "artisan-platform-backend-nlb", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s.Status.LoadBalancer = corev1.LoadBalancerStatus{}
	if _, err := services.UpdateStatus(t.Context(), s, metav1.UpdateOptions{}); err != nil {
		t.Fatalf("take the load balancer's address: %v", err)
	}
}
