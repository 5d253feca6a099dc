package extension_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/artisan-platform/headroom/runner/arrival"
	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script"
	"github.com/artisan-platform/headroom/runner/vegetaload"
)

// stopBound is how soon an attack has to be over that is to stop.
const stopBound = 50 * time.Millisecond

// soon repeats what measures how long a stop took until it is within the bound.
func soon(t *testing.T, measure func() time.Duration) {
	t.Helper()
	var took []time.Duration
	for range tries {
		d := measure()
		if d <= stopBound {
			return
		}
		took = append(took, d)
	}
	t.Errorf("the stop took %v; it may take %v", took, stopBound)
}

// TestAttackStops ends attacks that send one request a minute: by an abort, and
// by the end of their scenario.
func TestAttackStops(t *testing.T) {
	for _, tt := range []struct {
		name, options, call string
		after               time.Duration // what the script says: until the stop is asked for
	}{
		{"abort", ``, `setTimeout(() => { console.log('stop'); exec.test.abort(); }, 300);`, 0},
		{"end of the scenario", `export const options = { scenarios: { a: { executor: 'constant-vus', vus: 1, duration: '1s', gracefulStop: '0s' } } };`,
			`console.log('stop');`, time.Second},
		{"end of gracefulStop", `export const options = { scenarios: { a: { executor: 'per-vu-iterations', vus: 1, iterations: 1, maxDuration: '1s', gracefulStop: '200ms' } } };`,
			`console.log('stop');`, 1200 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			soon(t, func() time.Duration {
				var at time.Time // the script said so
				_, asked := run(t, `import { attack } from 'k6/x/artisan'; import exec from 'k6/execution';`+tt.options+`
					export default async function () {
						`+tt.call+`
						await attack({ rate: '1/m', duration: '1h', targets: [__ENV.URL] });
					}`, func(c *script.Config) {
					c.Console = func(_, text string) {
						if text == "stop" {
							at = time.Now()
						}
					}
				})
				if asked != 1 || at.IsZero() {
					t.Fatalf("the server was asked %d times; the script began at %v", asked, at)
				}
				return time.Since(at) - tt.after
			})
		})
	}
}

// TestAttackStopIsTheGenerators stops the generator itself, with a request in
// flight that nobody answers, so that a slow engine around it does not count.
func TestAttackStopIsTheGenerators(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer s.Close()
	schedule, err := arrival.New(arrival.Segment{Duration: time.Hour, From: 1.0 / 60, To: 1.0 / 60})
	if err != nil {
		t.Fatal(err)
	}
	soon(t, func() time.Duration {
		meter := observation.NewMeter("a", true)
		ctx, stop := context.WithCancel(t.Context())
		var stopped time.Time
		timer := time.AfterFunc(200*time.Millisecond, func() { stopped = time.Now(); stop() })
		defer timer.Stop()
		err := vegetaload.Drive(ctx, vegetaload.Load{
			Schedule: schedule, Targeter: vegeta.NewStaticTargeter(vegeta.Target{Method: "GET", URL: s.URL}),
			Endpoint: func(*http.Request) string { return "a" }, Recorder: meter,
			Timeout: time.Hour, Connections: 1, MaxWorkers: 1, Grace: 10 * time.Millisecond,
		})
		took := time.Since(stopped)
		if err == nil {
			t.Fatal("the attack ended by itself")
		}
		return took
	})
}
