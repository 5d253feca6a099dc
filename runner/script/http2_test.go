package script

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
)

// TestHTTP2 speaks HTTP/2 with a server that offers it: one connection carries
// all requests of a virtual user, also those of a batch, and a stream that the
// server resets fails by its own code.
func TestHTTP2(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/abort" {
			panic(http.ErrAbortHandler)
		}
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Peer", r.RemoteAddr)
		fmt.Fprintf(w, "%s %s %s %s", r.Method, r.Proto, r.Host, body)
	}))
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	lines, got := runText(t, `
		import http from 'k6/http';
		export const options = { insecureSkipTLSVerify: true, iterations: 1, thresholds: { 'http_reqs{proto:HTTP/2.0,tls_version:tls1.3}': ['count==7'] } };
		export default function () {
			const first = http.get(__ENV.URL + '/a');
			console.log(first.body.replace(/127.*/, ''), first.proto, first.status, first.status_text, first.tls_version, first.timings.tls_handshaking > 0, first.timings.duration > 0);
			const second = http.post(__ENV.URL + '/b', 'text', { headers: { 'X-A': '1' } });
			console.log(second.body.endsWith('text'), second.timings.connecting, second.headers['X-Peer'] === first.headers['X-Peer']);
			const batch = http.batch(['/1', '/2', '/3', '/4'].map((p) => __ENV.URL + p));
			console.log(batch.every((r) => r.headers['X-Peer'] === first.headers['X-Peer'] && r.status === 200));
			const failed = http.get(__ENV.URL + '/abort');
			console.log(failed.status, failed.error_code, failed.body);
			console.log(http.get(__ENV.URL + '/c', { responseType: 'none' }).body);
		}`, s.URL, nil)
	want := []string{"GET HTTP/2.0  HTTP/2.0 200 200 OK tls1.3 true true", "true 0 true", "true", "0 1633 null", "null"}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%q\nwant\n%q", lines, want)
	}
	if len(got.Thresholds) != 1 || !got.Thresholds[0].Met {
		t.Errorf("got %+v", got.Thresholds)
	}
}
