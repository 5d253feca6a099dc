package extension_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/artisan-platform/headroom/runner/extension"
	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script"
	"github.com/artisan-platform/headroom/runner/script/vu"
	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// run runs a script that can import the extension, to its end, and returns
// what it said and how often the server was asked.
func run(t *testing.T, text string, flags ...func(*script.Config)) (said []string, asked int64) {
	t.Helper()
	return runOn(t, artisan.Config{}, text, flags...)
}

// runOn is run with an extension that works on something.
func runOn(t *testing.T, on artisan.Config, text string, flags ...func(*script.Config)) (said []string, asked int64) {
	t.Helper()
	var hits atomic.Int64
	said = serve(t, on, func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		if r.URL.Path == "/lost" {
			w.WriteHeader(http.StatusNotFound)
		}
	}, text, flags...)
	return said, hits.Load()
}

// runAgainst runs a script against a server that answers by h.
func runAgainst(t *testing.T, h http.HandlerFunc, text string, flags ...func(*script.Config)) (said []string) {
	t.Helper()
	return serve(t, artisan.Config{}, h, text, flags...)
}

func serve(t *testing.T, on artisan.Config, h http.HandlerFunc, text string, flags ...func(*script.Config)) (said []string) {
	t.Helper()
	e := artisan.New(on)
	defer func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	s := httptest.NewServer(h)
	defer s.Close()
	p, err := script.Compile(t.Context(), script.Source{
		Path: "a.js", Text: text, Env: map[string]string{"URL": s.URL, "BASE_URL": s.URL},
		Extensions: []vu.Module{extension.Module(e, "load")},
	})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	say := func(text string) {
		mu.Lock()
		defer mu.Unlock()
		said = append(said, text)
	}
	cfg := script.Config{Load: "load", Meter: observation.NewMeter("load", false), Console: func(_, text string) { say(text) }, Warn: say}
	for _, f := range flags {
		f(&cfg)
	}
	if _, err := script.RunToEnd(t.Context(), p, cfg); err != nil {
		t.Fatal(err)
	}
	return said
}

// TestAttack counts what an attack sends, what it returns, and what the run's
// metrics make of it.
func TestAttack(t *testing.T) {
	said, asked := run(t, `import artisan from 'k6/x/artisan';
		import { attack } from 'k6/x/artisan';
		export const options = { thresholds: {
			'http_reqs{engine:vegeta,kind:a}': ['count==100'], 'http_req_due_duration{name:both}': ['max>0'] } };
		export default async function () {
			const under = attack({ rate: 200, duration: '500ms', name: 'both', tags: { kind: 'a' },
				targets: [__ENV.URL + '/', { method: 'POST', url: __ENV.URL + '/lost', body: 'x' }] });
			console.log(under instanceof Promise, artisan.attack === undefined);
			const r = await under;
			console.log(r.requests, r.dropped, r.success, JSON.stringify(r.codes), r.rate.asked);
			console.log(r.latencies.p99 > 0, r.fromDue.p99 >= r.latencies.min, r.rate.reached > 0);
		}`)
	want := []string{"true false", `100 0 0.5 {"200":50,"404":50} 200`, "true true true"}
	if strings.Join(said, "\n") != strings.Join(want, "\n") {
		t.Errorf("the script said %q, want %q", said, want)
	}
	if asked != 100 {
		t.Errorf("the server was asked %d times, want 100", asked)
	}
}
