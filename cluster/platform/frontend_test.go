package platform

import (
	"strings"
	"testing"
)

func TestFrontend(t *testing.T) {
	backendURL, _ := startBackend(t, map[string]string{"POD_NAME": "backend-pod"})
	url, _ := start(t, newFrontend(testConfig(t, roleFrontend, map[string]string{"PLATFORM_BACKEND_URL": backendURL}), quiet))
	for _, tc := range []struct {
		path     string
		status   int
		contains string
	}{
		{"/", 200, "<h1>Artisan Platform</h1>"},
		{"/health", 200, "healthy"},
		{"/api/posts/1", 200, `"Post 1"`},
		{"/api/nothing", 404, "no such endpoint"},
		{"/nothing", 404, "not found"},
	} {
		got := do(t, "GET", url+tc.path, nil)
		if got.status != tc.status || !strings.Contains(got.body, tc.contains) {
			t.Errorf("%s: %d %s, want %d with %s", tc.path, got.status, got.body, tc.status, tc.contains)
		}
		if by := got.header.Values("X-Served-By"); len(by) != 1 || by[0] != "pod-1" {
			t.Errorf("%s: X-Served-By %v, want the frontend's own", tc.path, by)
		}
	}
	metrics := do(t, "GET", url+"/metrics", nil).body
	if want := `http_requests_total{endpoint="/api/",method="GET",status="404"} 1`; !strings.Contains(metrics, want) {
		t.Errorf("metrics lack %s", want)
	}
}

func TestFrontendWithoutBackend(t *testing.T) {
	// Port 1 refuses connections.
	url, _ := start(t, newFrontend(testConfig(t, roleFrontend, map[string]string{"PLATFORM_BACKEND_URL": "http://127.0.0.1:1"}), quiet))
	if got := do(t, "GET", url+"/api/posts", nil); got.status != 502 {
		t.Errorf("answered %d, want 502", got.status)
	}
}
