package extension_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

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
	e := artisan.New(on)
	defer func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	var hits atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		if r.URL.Path == "/lost" {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer s.Close()
	p, err := script.Compile(t.Context(), script.Source{
		Path: "a.js", Text: text, Env: map[string]string{"URL": s.URL},
		Extensions: []vu.Module{extension.Module(e, "load")},
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg := script.Config{Load: "load", Meter: observation.NewMeter("load", false),
		Console: func(_, text string) { said = append(said, text) }, Warn: func(text string) { said = append(said, text) }}
	for _, f := range flags {
		f(&cfg)
	}
	if _, err := script.RunToEnd(t.Context(), p, cfg); err != nil {
		t.Fatal(err)
	}
	return said, hits.Load()
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
			console.log(r.latencies.p99 > 0, r.fromDue.p99 >= r.latencies.min, Math.abs(r.rate.reached - 200) < 20);
		}`)
	want := []string{"true false", `100 0 0.5 {"200":50,"404":50} 200`, "true true true"}
	if strings.Join(said, "\n") != strings.Join(want, "\n") {
		t.Errorf("the script said %q, want %q", said, want)
	}
	if asked != 100 {
		t.Errorf("the server was asked %d times, want 100", asked)
	}
}

// TestAttackOnlyWhatIsAllowed makes sure that the extension loads no other
// machine, and what else it refuses.
func TestAttackOnlyWhatIsAllowed(t *testing.T) {
	for _, tt := range []struct{ options, want string }{
		{`{ rate: 1, duration: '1s', targets: ['http://shop.example/'] }`, `host "shop.example" is not this machine`},
		{`{ rate: 1, duration: '1s', targets: () => 'http://shop.example/' }`, `host "shop.example" is not this machine`},
		{`{ rate: -1, duration: '1s', targets: [__ENV.URL] }`, "rate"},
		{`{ rate: 1, duration: '1s', targets: [] }`, "targets"},
		{`{ rate: 1, duration: '1s' }`, "needs targets"},
		{`{ rate: 1, duration: '1s', targets: [__ENV.URL], colour: 'red' }`, "colour"},
	} {
		t.Run(tt.options, func(t *testing.T) {
			said, asked := run(t, `import { attack } from 'k6/x/artisan';
				export default async function () {
					try { await attack(`+tt.options+`); console.log('went on'); } catch (e) { console.log(e.message); }
				}`)
			if asked != 0 || len(said) != 1 || !strings.Contains(said[0], tt.want) {
				t.Errorf("the script said %q and asked %d times, want a refusal that says %q", said, asked, tt.want)
			}
		})
	}
}

// TestAttackStops ends a test in the middle of an attack that sends one request
// a minute.
func TestAttackStops(t *testing.T) {
	var due time.Time // the end of the scenario
	said, asked := run(t, `import { attack } from 'k6/x/artisan';
		export const options = { scenarios: { a: { executor: 'constant-vus', vus: 1, duration: '1s', gracefulStop: '0s' } } };
		export default async function () { await attack({ rate: '1/m', duration: '1h', targets: [__ENV.URL] }); }`,
		func(*script.Config) { due = time.Now().Add(time.Second) })
	if late := time.Since(due); late > 500*time.Millisecond {
		t.Errorf("the attack ended %s after its iteration had to", late)
	}
	if asked != 1 {
		t.Errorf("the server was asked %d times; the script said %q", asked, said)
	}
}
