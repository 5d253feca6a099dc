package extension_test

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/artisan-platform/headroom/runner/script"
)

// TestAttackFailures has requests fail in every way: they are data, and the
// attack goes on.
func TestAttackFailures(t *testing.T) {
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, targets, want string
		serve               http.HandlerFunc
	}{
		{"status", `[__ENV.URL]`, `10 0 0 {"503":10} {}`, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }},
		{"redirect", `[__ENV.URL]`, `10 0 1 {"302":10} {}`, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://shop.example/", http.StatusFound)
		}},
		{"refused", `['` + nobody + `']`, `10 0 0 {"0":10} {"connection refused":10}`, nil},
		{"timeout", `[__ENV.URL]`, `10 0 0 {"0":10} {"timeout":10}`, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
		{"closed", `[__ENV.URL]`, `10 0 0 {"0":10} {"connection closed by the server":10}`, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{"broken off", `[__ENV.URL]`, `10 0 0 {"0":10} {"connection closed by the server":10}`, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("part"))
		}},
		{"half", `[__ENV.URL, '` + nobody + `']`, `10 0 0.5 {"0":5,"200":5} {"connection refused":5}`, func(http.ResponseWriter, *http.Request) {}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			timeout := "10s"
			if tt.name == "timeout" {
				timeout = "100ms"
			}
			said := runAgainst(t, tt.serve, `import { attack } from 'k6/x/artisan';
				export default async function () {
					const r = await attack({ rate: 50, duration: '200ms', timeout: '`+timeout+`', targets: `+tt.targets+` });
					console.log(r.requests, r.dropped, r.success, JSON.stringify(r.codes), JSON.stringify(r.errors));
				}`)
			if len(said) != 1 || said[0] != tt.want {
				t.Errorf("the script said %q, want %q", said, tt.want)
			}
		})
	}
}

// TestAttackDrops has more requests due than there are workers for.
func TestAttackDrops(t *testing.T) {
	release := make(chan struct{})
	var metrics *script.Summary
	said := runAgainst(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/release" {
			close(release)
			return
		}
		<-release
	}, `import http from 'k6/http'; import { attack } from 'k6/x/artisan';
		export const options = { thresholds: { 'artisan_dropped_requests{engine:vegeta}': ['count==17'] } };
		export default async function () {
			setTimeout(() => http.get(__ENV.URL + '/release'), 600);
			const r = await attack({ rate: 100, duration: '200ms', workers: 3, targets: [__ENV.URL] });
			console.log(r.requests, r.dropped, r.success, r.lag.max < r.latencies.max, r.rate.reached < r.rate.asked);
		}`, func(c *script.Config) { c.Summarise = func(s *script.Summary) { metrics = s } })
	if len(said) != 1 || said[0] != "3 17 1 true true" {
		t.Errorf("the script said %q, want 3 of 20 sent and 17 dropped", said)
	}
	for _, m := range metrics.Data.Metrics {
		for _, th := range m.Thresholds {
			if !th.OK {
				t.Errorf("%s: %s is not met", m.Name, th.Expr)
			}
		}
	}
	if n := metrics.Dropped(); n != 0 {
		t.Errorf("%d iterations were dropped; it was requests", n)
	}
}

// TestAttackResult looks at what an attack returns when nothing was sent, and
// at the bytes of bodies.
func TestAttackResult(t *testing.T) {
	said := runAgainst(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) },
		`import { attack } from 'k6/x/artisan';
		export default async function () {
			const r = await attack({ rate: 50, duration: '100ms', targets: [{ url: __ENV.URL, method: 'POST', body: 'abc' }] });
			console.log(JSON.stringify(r.bytes), Object.keys(r).join(), Object.keys(r.latencies).join());
			const l = r.latencies;
			console.log(l.min <= l.p50 && l.p50 <= l.p90 && l.p90 <= l.p95 && l.p95 <= l.p99 && l.p99 <= l.max && l.mean > 0);
		}`)
	want := `{"in":25,"out":15} requests,dropped,success,rate,duration,latencies,fromDue,lag,bytes,codes,errors mean,min,p50,p90,p95,p99,max` + "\ntrue"
	if got := strings.Join(said, "\n"); got != want {
		t.Errorf("the script said %q, want %q", got, want)
	}
}
