package rest

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/script"
)

func errorDocument(status int, detail string) string {
	return fmt.Sprintf(`{"errors": [{"status": "%d", "title": %q, "detail": %q}]}`, status, http.StatusText(status), detail)
}

// TestNotYet asks for what a run only has once it is initialised.
func TestNotYet(t *testing.T) {
	url := server(t, script.NewControl(false))
	for _, request := range []string{"GET /v1/metrics", "GET /v1/metrics/vus", "GET /v1/groups", "GET /v1/groups/x", "GET /v1/setup", "POST /v1/setup", "PUT /v1/setup", "POST /v1/teardown"} {
		method, path, _ := strings.Cut(request, " ")
		checkAnswer(t, method, url+path, "1", 503, errorDocument(503, "the test is not initialised yet"))
	}
	checkAnswer(t, "GET", url+"/v1/status", "", 200, statusDocument(1, false, 0, 0, false, false, false))
}

func TestBadRequests(t *testing.T) {
	r := start(t, `export default function () {}`)
	r.await(4)
	for _, tt := range []struct {
		method, path, body string
		status             int
		detail             string
	}{
		{"GET", "/", "", 404, "/ does not exist: there are /v1/status, /v1/metrics, /v1/groups, /v1/setup and /v1/teardown"},
		{"GET", "/v1/status/x", "", 404, "/v1/status/x does not exist: there are /v1/status, /v1/metrics, /v1/groups, /v1/setup and /v1/teardown"},
		{"GET", "/v1/metrics/none", "", 404, `there is no metric "none": /v1/metrics lists them`},
		{"GET", "/v1/groups/none", "", 404, `there is no group with the id "none": /v1/groups lists them`},
		{"POST", "/v1/status", "", 405, "POST cannot be done to /v1/status: it takes GET, HEAD, PATCH"},
		{"DELETE", "/v1/setup", "", 405, "DELETE cannot be done to /v1/setup: it takes GET, HEAD, POST, PUT"},
		{"GET", "/v1/teardown", "", 405, "GET cannot be done to /v1/teardown: it takes POST"},
		{"PATCH", "/v1/status", "", 400, "read the body as JSON: unexpected end of JSON input"},
		{"PATCH", "/v1/status", "{}", 400, `the body has no attributes: write it like {"data": {"type": "status", "id": "default", "attributes": {"paused": false}}}`},
		{"PATCH", "/v1/status", `{"paused":false}`, 400, `the body has no attributes: write it like {"data": {"type": "status", "id": "default", "attributes": {"paused": false}}}`},
		{"PATCH", "/v1/status", `{"data":{"type":"metrics","id":"default","attributes":{}}}`, 409, `the body is about the metrics "default": write it like {"data": {"type": "status", "id": "default", "attributes": {"paused": false}}}`},
		{"PATCH", "/v1/status", `{"data":{"attributes":{"paused":"no"}}}`, 400, `paused is "no": it must be true or false`},
		{"PATCH", "/v1/status", `{"data":{"attributes":{"paused":false,"stopped":1}}}`, 400, `stopped is 1: it must be true or false`},
		{"PATCH", "/v1/status", `{"data":{"attributes":{"paused":false,"vus":10}}}`, 403, "vus cannot be set to 10, it is 0: only paused and stopped can be set; the options of the script say how many virtual users there are"},
		{"PATCH", "/v1/status", `{"data":{"attributes":{"paused":false,"vus_max":10}}}`, 400, `a status has no attribute "vus_max": it has [running status tainted vus vus-max], paused and stopped`},
		{"PUT", "/v1/setup", "{", 400, "read the body as JSON: unexpected end of JSON input"},
		{"POST", "/v1/setup", "", 500, `a.js exports no function "setup"`},
		{"POST", "/v1/teardown", "", 500, `a.js exports no function "teardown"`},
	} {
		checkAnswer(t, tt.method, r.url+tt.path, tt.body, tt.status, errorDocument(tt.status, tt.detail))
	}
	if !r.control.Status().Paused {
		t.Error("a request that is refused has resumed the test")
	}
	_, _, headers := do(t, "POST", r.url+"/v1/status", "")
	if got := headers.Get("Allow"); got != "GET, HEAD, PATCH" {
		t.Errorf("Allow is %q", got)
	}
	if status, text, _ := do(t, "HEAD", r.url+"/v1/status", ""); status != 200 || text != "" {
		t.Errorf("HEAD answers %d %s", status, text)
	}
	checkAnswer(t, "PATCH", r.url+"/v1/status", `{"data":{"attributes":{"vus":0,"vus-max":1,"running":false,"tainted":false,"status":4}}}`, 200, statusDocument(4, true, 0, 1, false, false, false))
}

// TestOtherSites has pages of other sites ask, by a browser.
func TestOtherSites(t *testing.T) {
	r := start(t, `export default function () {}`)
	r.await(4)
	stop := `{"data":{"attributes":{"stopped":true}}}`
	if status, text, _ := do(t, "PATCH", r.url+"/v1/status", stop, "Sec-Fetch-Site", "cross-site"); status != 403 || !strings.Contains(text, "a page of another site asks for this") {
		t.Errorf("answers %d %s", status, text)
	}
	if status, _, _ := do(t, "POST", r.url+"/v1/teardown", "", "Origin", "http://evil.example"); status != 403 {
		t.Errorf("answers %d", status)
	}
	if r.control.Status().Stopped {
		t.Error("it was stopped")
	}
}

func TestLargeBody(t *testing.T) {
	r := start(t, `export default function () {}`)
	r.await(4)
	checkAnswer(t, "PUT", r.url+"/v1/setup", `"`+strings.Repeat("x", maxBody)+`"`, 413, errorDocument(413, fmt.Sprintf("the body has more than %d bytes", maxBody)))
	text := `"` + strings.Repeat("x", 1<<20) + `"`
	checkAnswer(t, "PUT", r.url+"/v1/setup", text, 200, `{"data": {"type": "setupData", "id": "default", "attributes": {"data": `+text+`}}}`)
}

// TestSetup calls setup and teardown by the API, as k6's operator does for
// several instances of one test.
func TestSetup(t *testing.T) {
	p := compile(t, strings.Replace(script1, "while (true) sleep(1);", "if (data.a !== 1) throw new Error('other data');", 1))
	c := script.NewControl(true)
	url := server(t, c)
	p.Options.NoSetup, p.Options.NoTeardown = true, true
	done := make(chan script.Outcome)
	go func() {
		o, err := script.RunToEnd(context.Background(), p, script.Config{Control: c})
		if err != nil {
			t.Error(err)
		}
		done <- o
	}()
	(&run{t: t, url: url}).await(4)
	document := func(data string) string {
		return `{"data": {"type": "setupData", "id": "default", "attributes": {"data": ` + data + `}}}`
	}
	checkAnswer(t, "POST", url+"/v1/setup", "", 200, document(`{"a": 1}`))
	checkAnswer(t, "POST", url+"/v1/setup", "", 200, document(`{"a": 2}`))
	checkAnswer(t, "GET", url+"/v1/setup", "", 200, document(`{"a": 2}`))
	checkAnswer(t, "PUT", url+"/v1/setup", `{"fail": true}`, 200, document(`{"fail": true}`))
	checkAnswer(t, "PUT", url+"/v1/setup", `null`, 200, document(`null`))
	status, text, _ := do(t, "POST", url+"/v1/teardown", "")
	if status != 500 || !strings.Contains(text, `"title":"Internal Server Error","detail":"teardown():`) {
		t.Errorf("answers %d %s", status, text)
	}
	checkAnswer(t, "PUT", url+"/v1/setup", ` {"a": 1} `, 200, document(`{"a": 1}`))
	checkAnswer(t, "POST", url+"/v1/teardown", "", 200, "")
	c.Resume()
	if o := <-done; o.Iterations != 2 || o.Exceptions != 0 {
		t.Errorf("got %d iterations and %d exceptions with the data of the API", o.Iterations, o.Exceptions)
	}
}

// TestStopsServing ends the context while a setup is under way and while a
// client keeps a connection that it does not use.
func TestStopsServing(t *testing.T) {
	p := compile(t, `import { sleep } from 'k6'; export function setup() { sleep(60); } export default function () {}`)
	c := script.NewControl(true)
	over := make(chan struct{})
	go func() {
		defer close(over)
		if _, err := script.RunToEnd(context.Background(), p, script.Config{Control: c}); err != nil {
			t.Error(err)
		}
	}()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- Serve(ctx, l, c) }()
	(&run{t: t, url: "http://" + l.Addr().String()}).await(4)
	idle, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = idle.Close() }()
	busy, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = busy.Close() }()
	if _, err := fmt.Fprint(busy, "POST /v1/setup HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(50 * time.Millisecond)
	began := time.Now()
	stop()
	line, err := bufio.NewReader(busy).ReadString('\n')
	if err != nil || line != "HTTP/1.1 500 Internal Server Error\r\n" {
		t.Errorf("the setup that was cut short answers %q, %v", line, err)
	}
	if err := <-served; err != nil || time.Since(began) > stopTimeout+time.Second {
		t.Errorf("Serve returned %v after %v", err, time.Since(began))
	}
	c.Stop()
	<-over
}

// TestCannotServe has a listener that is closed already.
func TestCannotServe(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Serve(t.Context(), l, script.NewControl(false)); err == nil || !strings.Contains(err.Error(), "serve the REST API on 127.0.0.1:") {
		t.Errorf("got %v", err)
	}
}
