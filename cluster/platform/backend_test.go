package platform

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func startBackend(t *testing.T, env map[string]string) (string, *backend) {
	t.Helper()
	b, err := newBackend(testConfig(t, roleBackend, env), quiet)
	if err != nil {
		t.Fatal(err)
	}
	url, _ := start(t, b.server)
	return url, b
}

func TestBackendAnswers(t *testing.T) {
	url, _ := startBackend(t, nil)
	for _, tc := range []struct {
		method, path, body string
		status             int
		contains           string
	}{
		{"GET", "/health", "", 200, `"healthy"`},
		{"GET", "/api/posts", "", 200, `{"id":20,"title":"Post 20","status":"published"}]`},
		{"GET", "/api/posts/7", "", 200, `{"id":7,`},
		{"GET", "/api/posts/21", "", 404, "no such post"},
		{"GET", "/api/posts/x", "", 404, "no such post"},
		{"GET", "/api/products", "", 200, `"Product 1"`},
		{"POST", "/api/posts", `{"title":"new"}`, 201, `"id":21`},
		{"POST", "/api/posts", `{`, 400, "must be JSON"},
		{"DELETE", "/health", "", 404, "no such endpoint"},
		{"GET", "/nowhere", "", 404, "no such endpoint"},
		{"GET", "/livez", "", 200, "ok"},
		{"GET", "/readyz", "", 200, "ok"},
	} {
		t.Run(tc.method+tc.path, func(t *testing.T) {
			got := do(t, tc.method, url+tc.path, strings.NewReader(tc.body))
			if got.status != tc.status || !strings.Contains(got.body, tc.contains) {
				t.Errorf("%d %s, want %d with %s", got.status, got.body, tc.status, tc.contains)
			}
			if by := got.header.Get("X-Served-By"); by != "pod-1" {
				t.Errorf("X-Served-By %q, want pod-1", by)
			}
		})
	}
}

// The HPA scales on the rate of http_requests_total: probes and scrapes must
// not be in it.
func TestBackendCountsRequestsButNoProbes(t *testing.T) {
	url, _ := startBackend(t, nil)
	for range 3 {
		do(t, "GET", url+"/health", nil)
		do(t, "GET", url+"/livez", nil)
		do(t, "GET", url+"/readyz", nil)
		do(t, "GET", url+"/metrics", nil)
	}
	do(t, "POST", url+"/api/posts", strings.NewReader("{}"))
	do(t, "BREW", url+"/coffee", nil)
	metrics := do(t, "GET", url+"/metrics", nil).body
	for _, want := range []string{
		`http_requests_total{endpoint="/health",method="GET",status="200"} 3`,
		`http_requests_total{endpoint="/api/posts",method="POST",status="201"} 1`,
		`http_requests_total{endpoint="other",method="other",status="404"} 1`,
		`response_time_seconds_count{endpoint="/health"} 3`,
	} {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("metrics lack %s", want)
		}
	}
	for _, probe := range []string{"livez", "readyz", `endpoint="/metrics"`} {
		if strings.Contains(metrics, probe) {
			t.Errorf("metrics count %s", probe)
		}
	}
}

func TestBackendDelay(t *testing.T) {
	const delay = 50 * time.Millisecond
	url, _ := startBackend(t, map[string]string{"PLATFORM_DELAY": delay.String()})
	began := time.Now()
	do(t, "GET", url+"/health", nil)
	if took := time.Since(began); took < delay {
		t.Errorf("answered after %s, want at least %s", took, delay)
	}
}

func TestOldConnectionsAreClosed(t *testing.T) {
	for _, tc := range []struct {
		age    string
		closed bool
	}{{"1ns", true}, {"1h", false}, {"0s", false}} {
		url, _ := startBackend(t, map[string]string{"PLATFORM_MAX_CONN_AGE": tc.age})
		if got := do(t, "GET", url+"/health", nil); got.closed != tc.closed {
			t.Errorf("age %s: closed %v, want %v", tc.age, got.closed, tc.closed)
		}
	}
}

// On SIGTERM readiness goes first, while requests are still answered; a request
// in flight ends before the server does.
func TestDrain(t *testing.T) {
	b, err := newBackend(testConfig(t, roleBackend, map[string]string{
		"PLATFORM_DELAY": "300ms", "PLATFORM_DRAIN_DELAY": "500ms"}), quiet)
	if err != nil {
		t.Fatal(err)
	}
	url, stop := start(t, b.server)
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	for !b.draining.Load() {
		time.Sleep(time.Millisecond)
	}
	if got := do(t, "GET", url+"/readyz", nil); got.status != http.StatusServiceUnavailable {
		t.Errorf("readyz answered %d while draining", got.status)
	}
	if got := do(t, "GET", url+"/health", nil); got.status != http.StatusOK || !got.closed {
		t.Errorf("health answered %d, closed %v while draining", got.status, got.closed)
	}
	if err := <-stopped; err != nil {
		t.Errorf("drain: %v", err)
	}
}

func BenchmarkHealth(b *testing.B) {
	back, err := newBackend(config{PodName: "pod-1", MaxConnAge: time.Hour}, quiet)
	if err != nil {
		b.Fatal(err)
	}
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "/health", nil)
	if err != nil {
		b.Fatal(err)
	}
	w := &nullWriter{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		back.ServeHTTP(w, req)
	}
}

type nullWriter struct{ header http.Header }

func (w *nullWriter) Header() http.Header         { return w.header }
func (w *nullWriter) Write(p []byte) (int, error) { return len(p), nil }
func (w *nullWriter) WriteHeader(int)             {}
