package script

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

func TestTheGuidesScript(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Served-By", "pod-1")
		if r.URL.Path != "/health" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer server.Close()
	text, err := os.ReadFile("../../scenarios/load-test.js")
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"BASE_URL": server.URL}
	p, err := Compile(t.Context(), Source{Path: "load-test.js", Text: string(text), Env: env})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.TotalDuration(); got != 16*time.Minute {
		t.Errorf("the script lasts %v, want 16m", got)
	}
	if got := p.MaxVUs(); got != 200 {
		t.Errorf("the script uses %d VUs, want 200", got)
	}
	meter := observation.NewMeter("load", false)
	got, err := Run(t.Context(), p, Config{Load: "load", Env: env, Meter: meter, Warn: func(s string) { t.Log(s) },
		Stages: []Stage{{Duration: 100 * time.Millisecond, Target: 10}, {Duration: 100 * time.Millisecond, Target: 0}}})
	if err != nil {
		t.Fatal(err)
	}
	if got.Iterations < 10 || got.Exceptions != 0 || got.Interrupted != 0 || got.Error != "" {
		t.Errorf("got %+v", got)
	}
	t.Logf("%+v", got)
	for _, r := range meter.Cut(time.Now(), true, observation.Health{}) {
		t.Logf("%+v %+v %+v", r.Requests, r.Generator, r.Served)
	}
}
