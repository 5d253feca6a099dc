package script

import (
	"errors"
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

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

func TestWebSocketsOverTLS(t *testing.T) {
	mux := http.NewServeMux()
	handleWebSockets(mux)
	server := httptest.NewUnstartedServer(mux)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = true // which a WebSocket must not be offered
	server.StartTLS()
	defer server.Close()
	url := strings.Replace(server.URL, "https", "wss", 1) + "/ws/echo"
	for options, want := range map[string][]string{
		`{ thresholds: { 'ws_connecting{error_code:1310}': ['max>0'] } }`: {
			"error tls: failed to verify certificate: x509: certificate signed by unknown authority", "close 1006 false",
			"0 tls: failed to verify certificate: x509: certificate signed by unknown authority"},
		`{ insecureSkipTLSVerify: true, thresholds: { 'ws_sessions{tls_version:tls1.3}': ['count==2'] } }`: {
			"message secret", "close 1000 true", "101 "},
	} {
		lines, got := runText(t, `import { WebSocket } from 'k6/websockets';
			import ws from 'k6/ws';
			export const options = `+options+`;
			export default async function () {
				const s = new WebSocket(__ENV.URL);
				s.onopen = () => s.send('secret');
				s.onmessage = (e) => { console.log('message', e.data); s.close(); };
				s.onerror = (e) => console.log('error', e.error);
				await new Promise((resolve) => { s.onclose = (e) => { console.log('close', e.code, e.wasClean); resolve(); }; });
				const r = ws.connect(__ENV.URL, (s) => { s.on('open', () => s.close()); s.on('error', () => {}); });
				console.log(r.status, r.error);
			}`, url, observation.NewMeter("load", false))
		if !slices.Equal(lines, want) || got.Exceptions > 0 || !got.Thresholds[0].Met {
			t.Errorf("with options %s: got %q and %+v, want %q", options, lines, got.Thresholds, want)
		}
	}
}

// TestWebSocketsGoThroughAProxy has one that knows CONNECT alone.
func TestWebSocketsGoThroughAProxy(t *testing.T) {
	_, port, err := net.SplitHostPort(strings.TrimPrefix(newServer(t).URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Pointer[string]
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		target := r.Method + " " + r.Host
		asked.Store(&target)
		to, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", "127.0.0.1:"+port)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer func() { _ = to.Close() }()
		w.WriteHeader(http.StatusOK)
		from, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = from.Close() }()
		go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
		_, _ = io.Copy(from, to)
	}))
	defer proxy.Close()
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("NO_PROXY", "")
	p, err := Compile(t.Context(), Source{Path: "a.js", Env: map[string]string{"URL": "ws://far.test:" + port}, Text: `import { WebSocket } from 'k6/websockets';
		export const options = { hosts: { 'far.test': '127.0.0.1' } };
		export default function () {
			const s = new WebSocket(__ENV.URL + '/ws/echo');
			s.onopen = () => s.send('through');
			s.onmessage = (e) => { console.log(e.data); s.close(); };
			s.onerror = (e) => console.log(e.error);
		}`})
	if err != nil {
		t.Fatal(err)
	}
	l := &journal{}
	_, err = Run(t.Context(), p, Config{UseProxy: true, Meter: observation.NewMeter("load", false), Console: func(_, text string) { l.add("%s", text) }, Warn: func(text string) { l.add("%s", text) }})
	if got := asked.Load(); err != nil || !slices.Equal(l.lines, []string{"through"}) || got == nil || *got != "CONNECT far.test:"+port {
		t.Errorf("got %v, %q, %v", err, l.lines, got)
	}
}

// TestWebSocketsToForeignHostsAreRefused asks for a foreign host in every way
// there is.
func TestWebSocketsToForeignHostsAreRefused(t *testing.T) {
	const minute = "import { WebSocket } from 'k6/websockets'; import ws from 'k6/ws'; import { sleep } from 'k6'; export const options = { duration: '1m' };\n"
	for name, text := range map[string]string{
		"websockets":        "export default function () { const s = new WebSocket(__ENV.FOREIGN); s.onerror = () => console.log('caught'); }",
		"websockets caught": "export default function () { try { new WebSocket(__ENV.FOREIGN); } catch (e) { console.log('caught'); } sleep(60); }",
		"ws":                "export default function () { ws.connect(__ENV.FOREIGN, () => console.log('caught')); }",
		"ws caught":         "export default function () { try { ws.connect(__ENV.FOREIGN, () => {}); } catch (e) { console.log('caught'); } sleep(60); }",
	} {
		t.Run(name, func(t *testing.T) {
			s, requests, lines, err := foreign(t, minute+text, "allowed.example")
			if !errors.As(err, new(*vu.Refusal)) || !strings.HasPrefix(err.Error(), "a.js:2:") || !strings.Contains(err.Error(), refusal) || s.Error != err.Error() {
				t.Errorf("got %v and %q, want %q in both", err, s.Error, refusal)
			}
			if s.Exceptions != 1 || requests != 0 || slices.Contains(lines, "caught") {
				t.Errorf("%d exceptions, want 1; %d requests arrived; said %q", s.Exceptions, requests, lines)
			}
		})
	}
}

// TestCookiesOfWebSockets looks at what a handshake finds of an earlier one,
// in the same iteration and in the next.
func TestCookiesOfWebSockets(t *testing.T) {
	url := newServer(t).URL
	for options, want := range map[string][]string{
		``:                      {"", "Cookie: seen=yes", "", "Cookie: seen=yes"},
		`noCookiesReset: true,`: {"", "Cookie: seen=yes", "Cookie: seen=yes", "Cookie: seen=yes"},
	} {
		lines, _ := runText(t, `import ws from 'k6/ws';
			export const options = { `+options+` userAgent: '', iterations: 2 };
			export default function () {
				for (let i = 0; i < 2; i++) ws.connect(__ENV.URL + '/ws/tell', (s) => s.on('message', (m) => console.log(m)));
			}`, url, observation.NewMeter("load", false))
		if !slices.Equal(lines, want) {
			t.Errorf("with %q: got %q, want %q", options, lines, want)
		}
	}
}

// TestManyWebSockets has many virtual users with several connections each, all
// of which have to get all their messages in order.
func TestManyWebSockets(t *testing.T) {
	const users, sockets, messages = 30, 4, 25
	meter := observation.NewMeter("load", false)
	lines, got := runText(t, fmt.Sprintf(`import { WebSocket } from 'k6/websockets';
		const sockets = %d, messages = %d;
		export const options = {
			scenarios: { s: { executor: 'per-vu-iterations', vus: %d, iterations: 2 } },
			thresholds: { ws_sessions: ['count==240'], ws_msgs_sent: ['count==6000'], ws_msgs_received: ['count==6000'], 'ws_msgs_received{scenario:s}': ['count==6000'] },
		};
		export default function () {
			for (let n = 0; n < sockets; n++) {
				const s = new WebSocket(__ENV.URL + '/ws/echo');
				let got = 0;
				s.onopen = () => { for (let i = 0; i < messages; i++) s.send(n + ':' + i); };
				s.onmessage = (e) => {
					if (e.data !== n + ':' + got++) throw new Error('out of order: ' + e.data);
					if (got === messages) s.close();
				};
			}
		}`, sockets, messages, users), newServer(t).URL, meter)
	if got.Iterations != 2*users || got.Exceptions != 0 || len(lines) > 0 {
		t.Errorf("%d iterations, %d exceptions, said %q", got.Iterations, got.Exceptions, lines)
	}
	for _, x := range got.Thresholds {
		if !x.Met {
			t.Errorf("threshold %s %s is not met: %v samples", x.Metric, x.Expr, x.Samples)
		}
	}
}
