package rest

import (
	"context"
	"crypto/md5"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/artisan-platform/headroom/runner/script"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var _ Control = (*script.Control)(nil)

// server serves a control and returns its URL.
func server(t *testing.T, c Control) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- Serve(ctx, l, c) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Errorf("Serve returned %v", err)
		}
	})
	return "http://" + l.Addr().String()
}

// do sends a request as curl would, and returns what is answered.
func do(t *testing.T, method, url, body string, header ...string) (status int, answer string, headers http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text), response.Header
}

// checkAnswer sends a request and compares the answer, as JSON, with what is wanted.
func checkAnswer(t *testing.T, method, url, body string, wantStatus int, want string) {
	t.Helper()
	status, got, headers := do(t, method, url, body)
	if status != wantStatus {
		t.Errorf("%s %s %s: status %d, want %d: %s", method, url, body, status, wantStatus, got)
		return
	}
	if want == "" {
		if got != "" {
			t.Errorf("%s %s: answers %s, want nothing", method, url, got)
		}
		return
	}
	if c := headers.Get("Content-Type"); c != "application/vnd.api+json" {
		t.Errorf("%s %s: content type %s", method, url, c)
	}
	var a, b any
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatalf("%v: %s", err, want)
	}
	if err := json.Unmarshal([]byte(got), &a); err != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("%s %s %s: got\n%s, %v\nwant\n%s", method, url, body, got, err, want)
	}
}

// run is a script under way.
type run struct {
	t       *testing.T
	url     string
	control *script.Control
	done    chan struct{}
	outcome script.Outcome
	err     error
}

func compile(t *testing.T, text string) *script.Program {
	t.Helper()
	p, err := script.Compile(t.Context(), script.Source{Path: "a.js", Text: text})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func start(t *testing.T, text string) *run {
	t.Helper()
	r := &run{t: t, control: script.NewControl(true), done: make(chan struct{})}
	r.url = server(t, r.control)
	p := compile(t, text)
	go func() {
		defer close(r.done)
		r.outcome, r.err = script.RunToEnd(context.Background(), p, script.Config{Control: r.control})
	}()
	t.Cleanup(func() {
		r.control.Stop()
		<-r.done
	})
	return r
}

// await waits until the status number of the run is reached.
func (r *run) await(stage int) {
	r.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		_, got, _ := do(r.t, http.MethodGet, r.url+"/v1/status", "")
		if strings.Contains(got, fmt.Sprintf(`"status":%d,`, stage)) {
			return
		}
		if time.Now().After(end) {
			r.t.Fatalf("the run does not reach stage %d: %s", stage, got)
		}
	}
}

func statusDocument(stage int, paused bool, vus, most int, stopped, running, tainted bool) string {
	return fmt.Sprintf(`{"data": {"type": "status", "id": "default", "attributes":
		{"status": %d, "paused": %v, "vus": %d, "vus-max": %d, "stopped": %v, "running": %v, "tainted": %v}}}`, stage, paused, vus, most, stopped, running, tainted)
}

const script1 = `
	import { check, group, sleep } from 'k6';
	import { Trend, Counter, Rate } from 'k6/metrics';
	const trend = new Trend('mine', true), counter = new Counter('counted'), rate = new Rate('share'), unused = new Trend('unused');
	export const options = { vus: 2, iterations: 2, thresholds: { 'mine{kind:a}': ['max<1'], counted: ['count<100'] } };
	let calls = 0;
	export function setup() { calls++; return { a: calls }; }
	export function teardown(data) { if (data.fail) throw new Error('no teardown'); }
	export default function (data) {
		group('outer', () => { check(data, { ok: d => d.a === 1, 'not ok': () => false }); group('inner', () => {}); });
		for (let i = 1; i <= 100; i++) trend.add(i, { kind: i % 2 ? 'a' : 'b' });
		counter.add(3); rate.add(true); rate.add(false);
		while (true) sleep(1);
	}`

// TestLife follows a run from its pause to its end, as k6's operator does.
func TestLife(t *testing.T) {
	r := start(t, script1)
	r.await(4)
	checkAnswer(t, "GET", r.url+"/v1/status", "", 200, statusDocument(4, true, 0, 2, false, false, false))
	checkAnswer(t, "GET", r.url+"/v1/setup", "", 200, `{"data": {"type": "setupData", "id": "default", "attributes": {"data": null}}}`)
	checkAnswer(t, "PATCH", r.url+"/v1/status", `{"data":{"attributes":{"paused":true,"stopped":null,"vus":null}}}`, 200, statusDocument(4, true, 0, 2, false, false, false))
	do(t, "PATCH", r.url+"/v1/status", `{"data":{"attributes":{"paused":false,"stopped":false},"id":"default","type":"status"}}`)
	r.await(7)
	for r.control.Status().VUs < 2 {
		time.Sleep(time.Millisecond)
	}
	checkAnswer(t, "GET", r.url+"/v1/status", "", 200, statusDocument(7, false, 2, 2, false, true, false))
	checkAnswer(t, "GET", r.url+"/v1/setup", "", 200, `{"data": {"type": "setupData", "id": "default", "attributes": {"data": {"a": 1}}}}`)
	checkAnswer(t, "PATCH", r.url+"/v1/status", `{"data":{"attributes":{"paused":true}}}`, 409,
		`{"errors": [{"status": "409", "title": "Conflict", "detail": "the test has begun and cannot be paused: it waits before its setup only, if it is started with --paused"}]}`)
	status, got, _ := do(t, "PATCH", r.url+"/v1/status", `{"data":{"type":"status","id":"default","attributes":{"stopped":true}}}`)
	if status != 200 || !strings.Contains(got, `"stopped":true`) {
		t.Errorf("stopped with %d: %s", status, got)
	}
	<-r.done
	if r.err != nil || r.outcome.Ending != script.Stopped {
		t.Errorf("ended as %v, %v", r.outcome.Ending, r.err)
	}
	checkAnswer(t, "GET", r.url+"/v1/status", "", 200, statusDocument(10, false, 0, 2, true, false, false))
	checkAnswer(t, "PATCH", r.url+"/v1/status", `{"data":{"attributes":{"stopped":false}}}`, 409,
		`{"errors": [{"status": "409", "title": "Conflict", "detail": "the test has been stopped and cannot go on: start it again"}]}`)
}

// TestEnd has a run end by itself.
func TestEnd(t *testing.T) {
	for text, stage := range map[string]int{
		`export default function () {}`: 9,
		`import exec from 'k6/execution'; export default function () { exec.test.fail('so'); }`: 11,
		`export function setup() { throw new Error('no'); } export default function () {}`:      10,
	} {
		r := start(t, text)
		do(t, "PATCH", r.url+"/v1/status", `{"data":{"attributes":{"paused":false}}}`)
		<-r.done
		checkAnswer(t, "GET", r.url+"/v1/status", "", 200, statusDocument(stage, false, 0, 1, true, false, false))
	}
}

// TestWatching compares metrics and groups with what the script did.
func TestWatching(t *testing.T) {
	r := start(t, script1)
	r.await(4)
	r.control.Resume()
	for {
		if _, got, _ := do(t, "GET", r.url+"/v1/metrics/share", ""); strings.Contains(got, "0.5") && r.counted() == 6 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	trend := func(id, values string) string {
		return `{"data": {"type": "metrics", "id": "` + id + `", "attributes": {"type": "trend", "contains": "time", "tainted": null, "sample": ` + values + `}}}`
	}
	status, got, _ := do(t, "GET", r.url+"/v1/metrics/mine", "")
	var mine struct {
		Data struct {
			Attributes struct{ Sample map[string]float64 }
		}
	}
	if err := json.Unmarshal([]byte(got), &mine); err != nil || status != 200 {
		t.Fatalf("%v: %s", err, got)
	}
	for name, want := range map[string]float64{"avg": 50.5, "min": 1, "max": 100, "med": 50, "p(90)": 90, "p(95)": 95} {
		if v := mine.Data.Attributes.Sample[name]; !(v > want*0.99 && v < want*1.01) {
			t.Errorf("%s is %v, want %v", name, v, want)
		}
	}
	if len(mine.Data.Attributes.Sample) != 6 {
		t.Errorf("got %s", got)
	}
	checkAnswer(t, "GET", r.url+"/v1/metrics/unused", "", 200, strings.Replace(trend("unused", "{}"), `"contains": "time"`, `"contains": "default"`, 1))
	checkAnswer(t, "GET", r.url+"/v1/metrics/vus_max", "", 200,
		`{"data": {"type": "metrics", "id": "vus_max", "attributes": {"type": "gauge", "contains": "default", "tainted": null, "sample": {"value": 2}}}}`)
	checkAnswer(t, "GET", r.url+"/v1/metrics/share", "", 200,
		`{"data": {"type": "metrics", "id": "share", "attributes": {"type": "rate", "contains": "default", "tainted": null, "sample": {"rate": 0.5}}}}`)
	if _, got, _ := do(t, "GET", r.url+"/v1/metrics/mine%7Bkind:a%7D", ""); !strings.Contains(got, `"id":"mine{kind:a}"`) || !strings.Contains(got, `"max":99`) {
		t.Errorf("the part of a metric: %s", got)
	}
	_, got, _ = do(t, "GET", r.url+"/v1/metrics", "")
	if !strings.HasPrefix(got, `{"data":[{"type":"metrics","id":"checks",`) || strings.Contains(got, "unused") || !strings.Contains(got, `"id":"counted","attributes":{"type":"counter","contains":"default","tainted":null,"sample":{"count":6,"rate":`) {
		t.Errorf("metrics are %s", got)
	}
	group := func(id, path, name, checks, inner, parent string) string {
		return `{"type": "groups", "id": "` + id + `", "attributes": {"path": "` + path + `", "name": "` + name + `", "checks": ` + checks + `},
			"relationships": {"groups": {"data": [` + inner + `]}, "parent": {"data": ` + parent + `}}}`
	}
	ref := func(id string) string { return `{"type": "groups", "id": "` + id + `"}` }
	const root = "d41d8cd98f00b204e9800998ecf8427e"
	outer, inner := md5Of("::outer"), md5Of("::outer::inner")
	checks := `[{"id": "` + md5Of("::outer::ok") + `", "path": "::outer::ok", "name": "ok", "passes": 2, "fails": 0},
		{"id": "` + md5Of("::outer::not ok") + `", "path": "::outer::not ok", "name": "not ok", "passes": 0, "fails": 2}]`
	first, second, third := group(root, "", "", "null", ref(outer), "null"), group(outer, "::outer", "outer", checks, ref(inner), ref(root)),
		group(inner, "::outer::inner", "inner", "null", "", ref(outer))
	checkAnswer(t, "GET", r.url+"/v1/groups", "", 200, `{"data": [`+first+","+second+","+third+`]}`)
	checkAnswer(t, "GET", r.url+"/v1/groups/"+outer, "", 200, `{"data": `+second+`}`)
}

func md5Of(path string) string { return fmt.Sprintf("%x", md5.Sum([]byte(path))) }

// counted is the count of the script's own counter.
func (r *run) counted() float64 {
	registry, _, err := r.control.Metrics()
	if err != nil {
		r.t.Fatal(err)
	}
	values := registry.Get("counted").Values(nil)
	return values.Sum
}
