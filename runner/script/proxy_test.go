package script

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/artisan-platform/headroom/runner/observation"
)

// proxy is a proxy of HTTP on this machine that keeps what it was asked for.
type proxy struct {
	mu    sync.Mutex
	asked []string
}

func (p *proxy) note(r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, r.Method+" "+r.RequestURI+" "+r.Header.Get("Proxy-Authorization"))
}

// ServeHTTP implements http.Handler. Whatever it is asked for, it asks of one
// server.
func (p *proxy) serve(server string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.note(r)
		if r.Method != http.MethodConnect {
			_, _ = io.WriteString(w, "by the proxy")
			return
		}
		there, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", server)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		here := take(w)
		_, _ = io.WriteString(here, "HTTP/1.1 200 Connected\r\n\r\n")
		var wg sync.WaitGroup
		for _, pair := range [][2]net.Conn{{here, there}, {there, here}} {
			wg.Go(func() {
				_, _ = io.Copy(pair[0], bufio.NewReader(pair[1]))
				_ = pair[0].Close()
			})
		}
		wg.Wait()
	})
}

// TestProxies sends requests through the proxies that the environment names:
// to a host that is allowed, over TLS by a tunnel, and to this machine, which
// never goes through one.
func TestProxies(t *testing.T) {
	all := startServers(t)
	p := &proxy{}
	front := httptest.NewServer(p.serve(strings.TrimPrefix(all["H2"], "https://")))
	defer front.Close()
	via := strings.Replace(front.URL, "http://", "http://user:pass@", 1)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY"} {
		t.Setenv(name, via)
	}
	t.Setenv("NO_PROXY", "direct.example")
	env := all.env()
	program, err := Compile(t.Context(), Source{Path: "a.js", Env: env, Text: `import http from 'k6/http';
		export const options = { insecureSkipTLSVerify: true, hosts: { 'direct.example': '127.0.0.1:' + __ENV.URL_PORT } };
		export default function () {
			console.log(http.get('http://shop.example/a?b=c').body);
			const r = http.get('https://shop.example/echo?q=1');
			console.log(r.proto, r.json('query'));
			console.log(http.get(__ENV.URL + '/json').json('deep.er.x'));
			console.log(http.get('http://direct.example/health').status);
			try { http.get('http://other.example/'); } catch (e) { console.log('never'); }
		}`})
	if err != nil {
		t.Fatal(err)
	}
	l := &journal{}
	_, err = Run(t.Context(), program, Config{Meter: observation.NewMeter("load", false), Warn: func(s string) { t.Log(s) }, UseProxy: true, AllowHosts: []string{"shop.example"},
		Console: func(_, text string) { l.add("%s", text) }})
	if err == nil || !strings.Contains(err.Error(), `host "other.example" is not this machine`) {
		t.Errorf("got %v, want a refusal of other.example", err)
	}
	if want := []string{"by the proxy", "HTTP/2.0 q=1", "1", "200"}; !slices.Equal(l.lines, want) {
		t.Errorf("got %q, want %q", l.lines, want)
	}
	const authorization = " Basic dXNlcjpwYXNz"
	if want := []string{"GET http://shop.example/a?b=c" + authorization, "CONNECT shop.example:443" + authorization}; !slices.Equal(p.asked, want) {
		t.Errorf("the proxy was asked for %q, want %q", p.asked, want)
	}
}
