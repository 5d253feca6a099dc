package platform

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestMonitorCountsScalingEvents(t *testing.T) {
	var backends atomic.Int64
	backends.Store(3)
	state := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := backends.Load()
		if n == 0 {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = fmt.Fprintf(w, `# TYPE kube_deployment_spec_replicas gauge
kube_deployment_spec_replicas{namespace="artisan-platform",deployment="backend"} %d
kube_deployment_spec_replicas{namespace="artisan-platform",deployment="frontend"} 2
kube_deployment_spec_replicas{namespace="other",deployment="backend"} %d
kube_deployment_status_replicas{namespace="artisan-platform",deployment="backend"} 1
`, n, 100+n)
	}))
	defer state.Close()
	m := newMonitor(testConfig(t, roleMonitor, map[string]string{"PLATFORM_STATE_URL": state.URL}), quiet)
	defer m.client.CloseIdleConnections()
	for i, n := range []int64{3, 3, 7, 7, 0, 20, 19, 19, 3} {
		backends.Store(n)
		if err := m.look(t.Context()); (err != nil) != (n == 0) {
			t.Errorf("look %d: error %v", i, err)
		}
	}
	got := make(map[string]float64)
	for _, component := range []string{"backend", "frontend"} {
		for _, direction := range []string{"up", "down"} {
			got[component+" "+direction] = values(t, m.events.WithLabelValues(component, direction))[0]
		}
	}
	for what, want := range map[string]float64{"backend up": 2, "backend down": 2, "frontend up": 0, "frontend down": 0} {
		if got[what] != want {
			t.Errorf("%s: %v events, want %v", what, got[what], want)
		}
	}
	if err := m.read(strings.NewReader("up 1\n")); err == nil {
		t.Error("an answer without a Deployment is no answer")
	}
}

func TestMonitorRuns(t *testing.T) {
	state := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintln(w, `kube_deployment_spec_replicas{namespace="artisan-platform",deployment="backend"} 3`)
	}))
	defer state.Close()
	m := newMonitor(testConfig(t, roleMonitor, map[string]string{"PLATFORM_STATE_URL": state.URL, "PLATFORM_MONITOR_STEP": "10ms"}), quiet)
	s := newServer(m.cfg, quiet)
	s.metrics.registry.MustRegister(m.events, m.errors)
	url, _ := start(t, s)
	done := make(chan struct{})
	go func() { defer close(done); m.run(t.Context()) }()
	t.Cleanup(func() { <-done; m.client.CloseIdleConnections() })
	const want = `scaling_events_total{component="backend",direction="up"} 0`
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if strings.Contains(do(t, "GET", url+"/metrics", nil).body, want) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("metrics lack %s", want)
		}
	}
}
