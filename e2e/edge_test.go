package e2e

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/artisan-platform/headroom/cluster/nodegroup"
	"github.com/artisan-platform/headroom/cluster/stack"
)

// edgeBreakages are those of what stands between the clients and the platform,
// and of the nodes.
var edgeBreakages = []breakage{
	{
		name: "node without its label", part: "node groups", cause: "has no label node-type", next: "kubectl label --overwrite node",
		breakIt: func(t *testing.T) { labelNode(t, "null") },
		mend:    func(t *testing.T) { labelNode(t, `"general-purpose"`) }, healsSoon: 10 * time.Second,
	},
	{
		name: "ingress serves a certificate for another name", part: "ingress",
		cause: "api.artisan-platform.com is not what the server's certificate is good for", next: "Secret artisan-platform/artisan-platform-tls",
		breakIt: swapCertificate, mend: upAgain, healsSoon: time.Minute,
	},
	{
		name: "edge cache caches the API", part: "edge cache", cause: "it must not be cached", next: "headroom up puts the documented behaviour back",
		breakIt: func(t *testing.T) {
			editConfig(t, stack.Namespace, "edge-cache", "nginx.conf", "proxy_cache off;", "proxy_cache static; proxy_cache_valid any 1m;")
			restart(t, stack.Namespace, "edge-cache")
		},
		mend: upAgain, healsSoon: time.Minute,
	},
	{
		name: "load balancer without addresses", part: "load balancer", cause: "has no address", next: "metallb-controller",
		breakIt: deletePool, mend: upAgain, healsSoon: time.Minute,
	},
}

// upAgain puts back what the manifests say.
func upAgain(t *testing.T) { run(t, 0, 10*time.Minute, "up", "--images", "source", "--stack", "full") }

// guideScript: the guide's own script runs unmodified, at the address that it
// asks.
func guideScript(t *testing.T) {
	run(t, 0, 10*time.Minute, "verify", "--images", "source", "--out", t.TempDir(), "testdata/ingress.yaml")
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
	const gone = `{"status":{"loadBalancer":{"ingress":null}}}`
	_, err = c.CoreV1().Services(stack.Namespace).Patch(t.Context(), "artisan-platform-backend-nlb", types.MergePatchType, []byte(gone), metav1.PatchOptions{}, "status")
	if err != nil {
		t.Fatalf("take the load balancer's address: %v", err)
	}
}
