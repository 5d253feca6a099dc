package e2e

import (
	"strings"
	"testing"
	"time"
)

// artisanExamples runs the scripts of docs/xk6-artisan.md that are about a
// cluster, on the platform at rest.
func artisanExamples(t *testing.T) {
	for _, example := range []struct {
		name string
		want []string
	}{
		{"cluster.js", []string{" nodes are ready", "3 of 3 pods are ready, 0 pending"}},
		{"hpa.js", []string{"3 of 3 to 20 replicas; it follows cpu, memory, http_requests_per_second", "calm at 3 replicas", "ExpectationError: missed"}},
		{"deployment.js", []string{"3 of 3 replicas are ready", "from 3 to 4: "}},
	} {
		text := run(t, 0, 5*time.Minute, "load", "--quiet", "../docs/examples/artisan/"+example.name)
		for _, w := range example.want {
			if !strings.Contains(text, w) {
				t.Errorf("%s did not say %q", example.name, w)
			}
		}
	}
}
