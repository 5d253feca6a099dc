package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"
	clientapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/artisan-platform/headroom/cluster/kind"
	"github.com/artisan-platform/headroom/cluster/stack"
)

// artisanAtRest looks at the platform with k6/x/artisan: what is there, what is
// not, and what becomes of a change by hand.
func artisanAtRest(t *testing.T) {
	text := run(t, 0, 5*time.Minute, "load", "--quiet", "testdata/artisan.js")
	for _, want := range []string{
		`status: {"min":3,"max":20,"desired":3,"target":"artisan-platform-backend","metrics":["cpu","memory","http_requests_per_second"]}`,
		`timeline: [3]`,
		`reached: {"replicas":3,"at":true}`,
		`too many: "ExpectationError: HPA artisan-platform-backend-hpa: desired replicas: expected = 19 within 2s, saw 3 desired`,
		`too early: "ExpectationError: HPA artisan-platform-backend-hpa: desired replicas: expected >= 3 within 20s, not before 10s, saw 3 after 0 s: it was there 10.0 s too early`,
		`stable: 3`,
		`absent HPA: "Error: there is no HPA \"nobody\" in namespace \"artisan-platform\" of Headroom's cluster: there are artisan-platform-backend-hpa, `,
		`absent HPA expected: "ExpectationError: HPA nobody: desired replicas: expected = 1 within 1s, saw no HPA`,
		`absent Deployment: "Error: there is no Deployment \"nobody\"`,
		`ready: 3`,
		`deployment: {"replicas":3,"ready":3,"available":3}`,
		`nodes: {"all":true}`,
		`pods: 3`,
		`scaled: {"from":3,"to":2,"hpa":"artisan-platform-backend-hpa","kept":false,"replicas":3}`,
	} {
		if !strings.Contains(unescaped(text), want) {
			t.Errorf("the script did not say %s", want)
		}
	}
}

// unescaped undoes what the log's format quotes.
func unescaped(text string) string {
	return strings.NewReplacer(`\\\"`, `\"`, `\"`, `"`).Replace(text)
}

// artisanForbidden looks with the rights of nobody in particular.
func artisanForbidden(t *testing.T) {
	script := filepath.Join(t.TempDir(), "forbidden.js")
	if err := os.WriteFile(script, []byte(`import { hpa } from 'k6/x/artisan';
		export default async function () { await hpa('artisan-platform-backend-hpa').status(); }`), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, []string{"ARTISAN_KUBECONFIG=" + powerless(t)}, "load", "--quiet", script)
	p.wait(t, time.Minute)
	for _, want := range []string{"is forbidden: the role needs get, list and watch on horizontalpodautoscalers", "forbidden.js:2:"} {
		if !strings.Contains(p.out.String(), want) {
			t.Errorf("headroom load did not say %q\n%s", want, p.out)
		}
	}
}

// powerless writes a kubeconfig of an account that may do nothing.
func powerless(t *testing.T) string {
	t.Helper()
	token, err := client(t).CoreV1().ServiceAccounts(stack.Namespace).
		CreateToken(t.Context(), "default", &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := kind.Find(t.Context(), kind.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := clientcmd.LoadFromFile(cluster.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	for name := range cfg.AuthInfos {
		cfg.AuthInfos[name] = &clientapi.AuthInfo{Token: token.Status.Token}
	}
	path := filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*cfg, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// artisanScaleOut is the main job as one script: it attacks, fills the queue and
// says what it expects of the autoscalers, which ends in the report.
func artisanScaleOut(t *testing.T) {
	out := t.TempDir()
	run(t, 0, 15*time.Minute, "verify", "--keep", "--images", "source", "--stack", "core", "--out", out, "../scenarios/scale-out.js")
	dir := theRun(t, out)
	r := result(t, dir)
	for _, name := range []string{"backend leaves its minimum after its window", "backend is scaled out", "workers are scaled out"} {
		o := objective(t, r, "expectation", name)
		t.Logf("%s: %s against %s, margin %s", o.Name, o.Value, o.Limit, o.Margin)
	}
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"backend is scaled out", "step to 2200 requests a second"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	rejudge(t, dir, 0)
}
