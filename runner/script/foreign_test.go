package script

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// wildcard starts a server on all addresses and returns its URL by a host
// that is not loopback and still leads to it, so that a request that slips
// through is seen.
func wildcard(t *testing.T) (url string, requests *atomic.Int64) {
	t.Helper()
	requests = new(atomic.Int64)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp4", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return "http://0.0.0.0:" + port, requests
}

// foreign runs a script against a host that is not this machine by name.
func foreign(t *testing.T, text string, allow ...string) (s observation.Script, requests int64, lines []string, err error) {
	t.Helper()
	url, n := wildcard(t)
	redirect := httptest.NewServer(http.RedirectHandler(url, http.StatusFound))
	t.Cleanup(redirect.Close)
	env := map[string]string{"FOREIGN": url, "REDIRECT": redirect.URL}
	p, err := Compile(t.Context(), Source{Path: "a.js", Text: text, Env: env})
	if err != nil {
		t.Fatal(err)
	}
	l := &journal{}
	s, err = Run(t.Context(), p, Config{Env: env, AllowHosts: allow, Meter: observation.NewMeter("load", false),
		Warn: func(text string) { l.add("%s", text) }, Console: func(_, text string) { l.add("%s", text) }})
	return s, n.Load(), l.lines, err
}

const refusal = `host "0.0.0.0" is not this machine; allow it with --allow-host 0.0.0.0`

// TestForeignHostsAreRefused asks for a foreign host in every way there is.
// Each would go on for a minute if the run did not end at once.
func TestForeignHostsAreRefused(t *testing.T) {
	const minute = "import http from 'k6/http'; import { sleep } from 'k6'; export const options = { duration: '1m' };\n"
	for name, tt := range map[string]struct {
		text       string
		exceptions uint64
		want       string // how the error begins
	}{
		"get":      {"export default function () { http.get(__ENV.FOREIGN); }", 1, "a.js:2:"},
		"caught":   {"export default function () { try { http.get(__ENV.FOREIGN); } catch (e) { console.log('caught'); } sleep(60); }", 1, "a.js:2:"},
		"redirect": {"export default function () { http.get(__ENV.REDIRECT); }", 1, "a.js:2:"},
		"batch":    {"export default function () { http.batch([__ENV.FOREIGN, __ENV.REDIRECT]); }", 1, "a.js:2:"},
		"async":    {"export default function () { http.asyncRequest('GET', __ENV.FOREIGN).catch(() => console.log('caught')); }", 1, "GET http"},
		"awaited":  {"export default async function () { await http.asyncRequest('GET', __ENV.FOREIGN); }", 1, "GET http"},
		"setup":    {"export function setup() { http.get(__ENV.FOREIGN); } export default function () {}", 0, "setup(): a.js:2:"},
		"teardown": {"options.iterations = 1; export function teardown() { http.get(__ENV.FOREIGN); } export default function () {}", 0, "teardown(): a.js:2:"},
	} {
		t.Run(name, func(t *testing.T) {
			s, requests, lines, err := foreign(t, minute+tt.text, "allowed.example")
			if !errors.As(err, new(*vu.Refusal)) || !strings.HasPrefix(err.Error(), tt.want) || !strings.Contains(err.Error(), refusal) || s.Error != err.Error() {
				t.Errorf("got %v and %q, want %q...%q in both", err, s.Error, tt.want, refusal)
			}
			if s.Exceptions != tt.exceptions || requests != 0 || strings.Contains(strings.Join(lines, "\n"), "caught") {
				t.Errorf("%d exceptions, want %d; %d requests arrived; said %q", s.Exceptions, tt.exceptions, requests, lines)
			}
		})
	}
}

func TestAllowedHostsPass(t *testing.T) {
	s, requests, lines, err := foreign(t, `import http from 'k6/http';
		export default function () { http.get(__ENV.FOREIGN); http.get(__ENV.REDIRECT); }`, "0.0.0.0")
	if err != nil || s.Exceptions != 0 || requests != 2 {
		t.Errorf("got %v, %d exceptions, %d requests, want 2; said %q", err, s.Exceptions, requests, lines)
	}
}
