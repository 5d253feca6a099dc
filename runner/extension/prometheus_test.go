package extension_test

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/promquery/promtest"
	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

// gauge is a metric that a Prometheus scrapes twice a second.
type gauge struct{ bits atomic.Uint64 }

func (g *gauge) set(v float64) { g.bits.Store(math.Float64bits(v)) }

func (g *gauge) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	_, _ = fmt.Fprintf(w, "load %v\nnone NaN\npart{a=\"x\"} 1\npart{a=\"y\"} 2\n", math.Float64frombits(g.bits.Load()))
}

// scraped starts a Prometheus of the test's own that has scraped a gauge.
func scraped(t *testing.T) (string, *gauge) {
	t.Helper()
	g := &gauge{}
	target := httptest.NewServer(g)
	t.Cleanup(target.Close)
	server := promtest.Start(t, fmt.Sprintf("scrape_configs:\n- job_name: test\n  scrape_interval: 500ms\n  scrape_timeout: 500ms\n  static_configs: [{targets: [%q]}]\n", target.Listener.Addr()))
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		if strings.Contains(read(t, server+"/api/v1/query?query="+url.QueryEscape("count_over_time(load[1m]) > 3")), `"metric"`) {
			return server, g
		}
		if time.Now().After(end) {
			t.Fatal("prometheus scrapes nothing")
		}
	}
}

func read(t *testing.T, address string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		return ""
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// TestPrometheusQuery tells a value, no series, NaN and stale samples apart.
func TestPrometheusQuery(t *testing.T) {
	server, g := scraped(t)
	g.set(0)
	said, _ := runOn(t, artisan.Config{Prometheus: server}, `import { prometheus } from 'k6/x/artisan';
		const p = prometheus(); // also in the init context
		export default async function () {
			const show = (r) => console.log(r.outcome, r.value, r.series.length, r.error === null, r.at instanceof Date);
			show(await p.query('load'));
			show(await p.query('part'));
			show(await p.query('missing'));
			show(await p.query('none'));
			show(await p.query('vector(7)', { at: new Date(1e12), timeout: '5s' }));
			const old = await p.query('load', { at: Date.now() + 60000 });
			show(old);
			console.log(/^the newest sample of load is [0-9.]+s old/.test(old.error), old.value <= 5, old.value > 5);
			const part = (await p.query('part')).series.find((s) => s.labels.a === 'y');
			console.log(part.labels.job, part.value);
			const r = await p.queryRange('load', { from: Date.now() - 10000, step: '500ms' });
			console.log(r.outcome, r.series.length, r.series[0].points.length > 2, r.series[0].points[0].value, r.series[0].points[0].at instanceof Date, r.series[0].labels.__name__);
			console.log((await p.queryRange('missing', { from: 1, to: new Date(1000), step: 100 })).outcome);
			console.log((await p.queryRange('none', { from: Date.now() - 10000, step: '1s' })).outcome);
		}`)
	want := []string{"value 0 1 true true", "value NaN 2 true true", "empty NaN 0 true true", "nan NaN 0 false true", "value 7 1 true true",
		"stale NaN 0 false true", "true false false", "test 2", "value 1 true 0 true load", "empty", "nan"}
	if strings.Join(said, "\n") != strings.Join(want, "\n") {
		t.Errorf("the script said %q, want %q", said, want)
	}
}

// TestPrometheusExpect expects values now, for a time and within one.
func TestPrometheusExpect(t *testing.T) {
	server, g := scraped(t)
	g.set(5)
	time.Sleep(time.Second) // until it is scraped
	go func() {
		time.Sleep(2 * time.Second)
		g.set(9)
	}()
	to := &log{}
	said, _ := runOn(t, artisan.Config{Prometheus: server, Sink: to}, `import { prometheus } from 'k6/x/artisan';
		export default async function () {
			const p = prometheus();
			const ask = async (promql, o) => {
				try { const r = await p.expect(promql, o); console.log('met', r.value, r.samples > 0); } catch (e) { console.log(e.outcome, e.message); }
			};
			await ask('load', { max: 5, min: 2 });
			await ask('load', { min: 9, for: '1s', within: '10s', step: '200ms', name: 'rises' });
			await ask('load', { max: 5, within: '600ms', step: '200ms' });
			await ask('load', { min: 9, for: '600ms', step: '200ms' });
			await ask('part', { max: 1 });
			await ask('missing', { max: 1 });
			await ask('missing', { max: 1, within: '300ms' });
			await ask('none', { min: -1e9, for: '300ms', step: '100ms' });
			try { await prometheus('http://127.0.0.1:1').expect('load', { min: 0, for: '200ms', step: '100ms' }); } catch (e) { console.log(e.outcome, e.message); }
		}`)
	want := []string{"met 5 true", "met 9 true", "missed load: expected <= 5 within 600ms, saw 9 after", "met 9 true", "missed part: expected <= 1, saw 2 after",
		"unknown missing: expected <= 1: empty", "unknown missing: expected <= 1 within 300ms: empty", "unknown none: expected >= -1000000000 for 300ms: nan: 1 of 1 series are NaN",
		"unknown load: expected >= 0 for 200ms: error: ask http://127.0.0.1:1: dial tcp"}
	got := to.expectations()
	if len(said) != len(want) || len(got) != len(want) {
		t.Fatalf("the script said %q, logged %+v", said, got)
	}
	for i, w := range want {
		if !strings.HasPrefix(said[i], w) {
			t.Errorf("the script said %q, want %q", said[i], w)
		}
	}
	if got[0].Margin != "+0" || got[1].Name != "rises" || got[1].Outcome != observation.Met || got[2].Margin != "-4" || got[4].Margin != "-1" || got[5].Seen != "" || got[5].Margin != "" {
		t.Errorf("logged %+v", got)
	}
}

// TestPrometheusExpectFor finds the one evaluation that breaks a limit.
func TestPrometheusExpectFor(t *testing.T) {
	server, g := scraped(t)
	go func() {
		time.Sleep(1500 * time.Millisecond)
		g.set(3)
	}()
	said, _ := runOn(t, artisan.Config{Prometheus: server}, `import { prometheus } from 'k6/x/artisan';
		export default async function () {
			const from = Date.now();
			try { await prometheus().expect('load', { max: 1, for: '1m', step: '100ms' }); } catch (e) { console.log(e.outcome, Date.now() - from < 20000, e.seen); }
		}`)
	if len(said) != 1 || !strings.HasPrefix(said[0], "missed true 3 after") {
		t.Errorf("the script said %q", said)
	}
}

// TestPrometheusWrong tells a script what is wrong, in its own stack.
func TestPrometheusWrong(t *testing.T) {
	server, _ := scraped(t)
	testWrong(t, artisan.Config{Prometheus: server}, []wrong{
		{`artisan.prometheus(7)`, "TypeError: prometheus(url): url must be a string"},
		{`artisan.prometheus('127.0.0.1:9090')`, `TypeError: prometheus(): "127.0.0.1:9090" is no URL of a Prometheus: want http://host:port`},
		{`artisan.prometheus().query()`, "TypeError: prometheus().query() takes PromQL"},
		{`artisan.prometheus().query('sum(load')`, `TypeError: prometheus().query(): "sum(load": parse PromQL: 1:9: parse error: unclosed left parenthesis`},
		{`artisan.prometheus().query('load', { time: 1 })`, `TypeError: prometheus().query(): there is no option "time": there are at, timeout`},
		{`artisan.prometheus().query('load', { at: 'now' })`, "TypeError: prometheus().query(): at must be a Date"},
		{`artisan.prometheus().queryRange('load', { step: '1s' })`, "TypeError: prometheus().queryRange() needs from"},
		{`artisan.prometheus().queryRange('load', { from: 1 })`, "TypeError: prometheus().queryRange() needs step"},
		{`artisan.prometheus().queryRange('load', { from: 2000, to: 1000, step: '1s' })`, "TypeError: prometheus().queryRange(): to ("},
		{`artisan.prometheus().queryRange('load', { from: 1, step: '1s' })`, "TypeError: prometheus().queryRange(): "},
		{`artisan.prometheus().expect('load')`, "TypeError: prometheus().expect() needs max or min"},
		{`artisan.prometheus().expect('load', { max: 1, min: 2 })`, "TypeError: prometheus().expect(): min 2 is above max 1"},
		{`artisan.prometheus().expect('load', { max: '1' })`, "TypeError: prometheus().expect(): max must be a number"},
		{`artisan.prometheus().expect('load', { max: NaN })`, "TypeError: prometheus().expect(): max must be a number"},
		{`artisan.prometheus().expect('load', { max: 1, for: 'long' })`, "TypeError: prometheus().expect(): for must be a duration"},
		{`artisan.prometheus().expect('load)', { max: 1 })`, `TypeError: prometheus().expect(): "load)": parse PromQL: 1:6`},
		{`await artisan.prometheus().query('label_replace(part, "a", "z", "", "") + load')`, "Error: prometheus().query(): Prometheus at " + server + ": "},
		{`await artisan.prometheus().query('load[1m]')`, "Error: prometheus().query(): Prometheus at " + server + `: the answer is a "matrix"`},
		{`await artisan.prometheus('http://u:secret@127.0.0.1:1').query('load')`, "Error: prometheus().query(): Prometheus at http://127.0.0.1:1: ask http://127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused; is it there?"},
		{`await artisan.prometheus('http://127.0.0.1:1').queryRange('load', { from: 1, to: 2, step: 1 })`, "Error: prometheus().queryRange(): Prometheus at http://127.0.0.1:1"},
		{`await artisan.prometheus('http://127.0.0.1:1').expect('load', { max: 1 })`, "ExpectationError: load: expected <= 1: error: ask http://127.0.0.1:1"},
	})
}

// TestPrometheusStops ends waits with their iteration.
func TestPrometheusStops(t *testing.T) {
	server, _ := scraped(t)
	testStops(t, artisan.Config{Prometheus: server}, `artisan.prometheus().expect('missing', { max: 1, within: '1h' })`)
}
