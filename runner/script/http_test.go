package script

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script/metric"
)

// runText runs a script and returns its lines and its result.
func runText(t *testing.T, text, url string, meter *observation.Meter) ([]string, observation.Script) {
	t.Helper()
	p, err := Compile(t.Context(), Source{Path: "a.js", Text: text, Env: map[string]string{"URL": url}})
	if err != nil {
		t.Fatal(err)
	}
	l := &journal{}
	got, err := Run(t.Context(), p, Config{Meter: meter,
		Console: func(_, text string) { l.add("%s", text) }, Warn: func(text string) { l.add("warn: %s", text) }})
	if err != nil {
		t.Fatal(err)
	}
	return l.lines, got
}

func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	for options, want := range map[string]string{
		`{}`:                              "0 1310  ",
		`{ insecureSkipTLSVerify: true }`: "200 0 HTTP/2.0 tls1.3",
	} {
		lines, _ := runText(t, `import http from 'k6/http';
			export const options = `+options+`;
			export default function () {
				const r = http.get(__ENV.URL);
				console.log(r.status, r.error_code, r.proto, r.tls_version);
			}`, server.URL, observation.NewMeter("load", false))
		if !slices.Equal(lines, []string{want}) {
			t.Errorf("with options %s: got %q, want %q", options, lines, want)
		}
	}
}

// TestConnectionsAreKept counts the connections that a server sees.
func TestConnectionsAreKept(t *testing.T) {
	for options, want := range map[string]int64{
		``:                           2,
		`noConnectionReuse: true,`:   12,
		`noVUConnectionReuse: true,`: 6,
	} {
		var opened atomic.Int64
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				opened.Add(1)
			}
		}
		server.Start()
		_, got := runText(t, `import http from 'k6/http';
			export const options = { `+options+` scenarios: { s: { executor: 'per-vu-iterations', vus: 2, iterations: 3 } } };
			export default function () { http.get(__ENV.URL); http.get(__ENV.URL); }`, server.URL, observation.NewMeter("load", false))
		server.Close()
		if n := opened.Load(); n != want || got.Exceptions > 0 {
			t.Errorf("%q: %d connections, want %d", options, n, want)
		}
	}
}

// TestManyURLsShareAName sends more different URLs than names are kept.
func TestManyURLsShareAName(t *testing.T) {
	url := newServer(t).URL
	meter := observation.NewMeter("load", false)
	lines, _ := runText(t, fmt.Sprintf(`import http from 'k6/http';
		export default function () { for (let i = 0; i < %d; i++) http.get(__ENV.URL + '/item/' + i); }`, metric.MaxEndpoints+20), url, meter)
	names := map[string]uint64{}
	for _, r := range meter.Cut(time.Now(), true, observation.Health{}) {
		if r.Requests != nil {
			names[r.Requests.Name] += r.Requests.Count
		}
	}
	if len(names) != metric.MaxEndpoints+1 || names["(other URLs)"] != 20 {
		t.Errorf("%d names, %d requests under the shared one; want %d, 20", len(names), names["(other URLs)"], metric.MaxEndpoints+1)
	}
	if len(lines) != 1 || !strings.Contains(lines[0], "more than 500 different URLs") {
		t.Errorf("got %q, want one warning", lines)
	}
}

// TestArrivalsAreMeasuredFromTheirDueTime holds an arrival rate against the
// meter: due, lag and drops are those of the schedule.
func TestArrivalsAreMeasuredFromTheirDueTime(t *testing.T) {
	url := newServer(t).URL
	meter := observation.NewMeter("load", true)
	_, got := runText(t, `import http from 'k6/http';
		export const options = { scenarios: { s: { executor: 'constant-arrival-rate', rate: 20, duration: '1s', preAllocatedVUs: 1 } } };
		export default function () { http.get(__ENV.URL + '/slow?ms=400'); http.get(__ENV.URL + '/health'); }`, url, meter)
	var due, started, dropped uint64
	for _, r := range meter.Cut(time.Now(), true, observation.Health{}) {
		if g := r.Generator; g != nil {
			due, started, dropped = due+g.Due, started+g.Started, dropped+g.Dropped
		}
	}
	if got.Iterations+got.Dropped != 20 || dropped != got.Dropped || dropped == 0 {
		t.Errorf("%d iterations and %d dropped (%d by the meter), want 20 in all", got.Iterations, got.Dropped, dropped)
	}
	if started != 2*got.Iterations || due != started+dropped {
		t.Errorf("%d started and %d due, want %d and %d", started, due, 2*got.Iterations, started+dropped)
	}
}
