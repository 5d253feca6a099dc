package extension_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script"
)

// tries is how often something that depends on the clock may be tried: on a
// machine that does other things too, once in a while it is late.
const tries = 3

// TestAttackReachesItsRate counts requests, which is exact, and compares the
// rate with the one asked for, to one percent.
func TestAttackReachesItsRate(t *testing.T) {
	for _, tt := range []struct {
		name, options string
		want          int64
		rate          float64
	}{
		{"constant", `rate: 250, duration: '2s'`, 500, 250},
		{"per minute", `rate: '120/m', duration: '2s'`, 4, 2},
		{"per hour", `rate: '7200/h', duration: '2s'`, 4, 2},
		{"object", `rate: {freq: 50, per: '500ms'}, duration: 2000`, 200, 100},
		{"stages", `stages: [{duration: '1s', rate: 200}, {duration: '500ms', rate: 200}, {duration: '500ms', rate: 100, from: 100}]`, 250, 125},
		{"sine", `sine: {mean: 100, amplitude: 60, period: '1s'}, duration: '2s'`, 200, 100},
		{"half a sine", `sine: {mean: 100, amplitude: 100, period: '2s', startAt: 90}, duration: '2s'`, 200, 100},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var off string
			for range tries {
				said, asked := run(t, `import { attack } from 'k6/x/artisan';
					export default async function () {
						const r = await attack({ `+tt.options+`, targets: [__ENV.URL] });
						console.log(r.requests, r.dropped, r.success, r.rate.asked, Math.abs(r.rate.reached / r.rate.asked - 1) <= 0.01 ? 'reached' : r.rate.reached);
					}`)
				exact := fmt.Sprintf("%d 0 1 %v ", tt.want, tt.rate)
				if asked != tt.want || len(said) != 1 || !strings.HasPrefix(said[0], exact) {
					t.Fatalf("the server was asked %d times and the script said %q, want %d requests: %q", asked, said, tt.want, exact)
				}
				if said[0] == exact+"reached" {
					return
				}
				off = said[0]
			}
			t.Errorf("in %d attempts the rate was never within 1%% of the one asked for; the last: %s", tries, off)
		})
	}
}

// TestAttackIsOpenModel has the meter of a script, which knows no schedule,
// record what an attack owes and how late it is.
func TestAttackIsOpenModel(t *testing.T) {
	meter := observation.NewMeter("load", false)
	run(t, `import { attack } from 'k6/x/artisan';
		export default async function () { await attack({ rate: 100, duration: '300ms', targets: [__ENV.URL], name: 'a' }); }`,
		func(c *script.Config) { c.Meter = meter })
	var due, started, lag, count uint64
	for _, r := range meter.Cut(time.Now(), true, observation.Health{}) {
		switch {
		case r.Generator != nil:
			if !r.Generator.Open {
				t.Error("a second of the attack is not of an open model")
			}
			due, started, lag = due+r.Generator.Due, started+r.Generator.Started, lag+r.Generator.Lag.Count()
		case r.Requests != nil:
			count += r.Requests.Count
			if r.Requests.Name != "a" || r.Requests.Scenario != "default" {
				t.Errorf("requests of %q in scenario %q, want a in default", r.Requests.Name, r.Requests.Scenario)
			}
		}
	}
	if due != 30 || started != 30 || lag != 30 || count != 30 {
		t.Errorf("%d due, %d started, %d lags, %d ended; want 30 of each", due, started, lag, count)
	}
}

// TestAttackThresholds has thresholds on what an attack measures.
func TestAttackThresholds(t *testing.T) {
	text := `import { attack } from 'k6/x/artisan';
		export const options = { thresholds: {
			'http_reqs{engine:vegeta}': ['count==20'], 'http_req_duration{engine:vegeta}': ['max>0', 'p(95)<10000'],
			'http_req_due_duration': ['max>0'], 'http_req_due_duration{engine:vegeta,kind:a}': ['p(99)<10000', 'max<0.000001'],
			'http_req_failed{name:both}': ['rate==0'], 'data_sent{kind:a}': ['count>1000'], 'data_received{kind:a}': ['count>1000'] } };
		export default async function () {
			await attack({ rate: 100, duration: '200ms', targets: [__ENV.URL], name: 'both', tags: { kind: 'a' } });
		}`
	var made *script.Summary
	run(t, text, func(c *script.Config) { c.Summarise = func(s *script.Summary) { made = s } })
	crossed := 0
	for _, m := range made.Data.Metrics {
		for _, th := range m.Thresholds {
			if !th.OK {
				crossed++
			}
			if th.Observed == nil || th.OK == (th.Expr == "max<0.000001") {
				t.Errorf("%s: %s is %+v", m.Name, th.Expr, th)
			}
		}
	}
	if crossed != 1 {
		t.Errorf("%d thresholds were missed, want the one that nothing can meet", crossed)
	}
}
