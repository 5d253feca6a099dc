package script

import (
	"crypto/tls"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// servers are those that scripts of the corpus find in __ENV: their URLs, by
// name.
type servers map[string]string

// startServers starts
//
//   - URL, the server of newServer,
//   - H2, which speaks HTTP/2 over TLS 1.3, and HTTP/1.1 too,
//   - TLS12, which speaks HTTP/1.1 over TLS 1.2 and no newer one,
//   - MTLS, which wants a certificate of its clients,
//   - BROKEN2, which speaks HTTP/2 and makes mistakes,
//   - FOREIGN, the server of newServer by an address that is not loopback.
func startServers(t *testing.T) servers {
	t.Helper()
	plain := newServer(t)
	handler := plain.Config.Handler
	return servers{
		"URL":     plain.URL,
		"H2":      startTLS(t, handler, &tls.Config{MinVersion: tls.VersionTLS13}, true),
		"TLS12":   startTLS(t, handler, &tls.Config{MaxVersion: tls.VersionTLS12}, false),
		"MTLS":    startTLS(t, handler, &tls.Config{ClientAuth: tls.RequireAnyClientCert}, false),
		"BROKEN2": startBroken2(t),
		"FOREIGN": startForeign(t, handler),
	}
}

func startTLS(t *testing.T, handler http.Handler, cfg *tls.Config, http2 bool) string {
	t.Helper()
	s := httptest.NewUnstartedServer(handler)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.EnableHTTP2, s.TLS = http2, cfg
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

func startForeign(t *testing.T, handler http.Handler) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp4", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(handler)
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return "http://0.0.0.0:" + port
}

// env is __ENV: each server by its name, and its port by that and _PORT.
func (s servers) env() map[string]string {
	env := maps.Clone(map[string]string(s))
	for name, url := range s {
		env[name+"_PORT"] = url[strings.LastIndexByte(url, ':')+1:]
	}
	return env
}

// hide names the servers in place of where they are in this run.
func (s servers) hide(text string) string {
	for _, name := range slices.Sorted(maps.Keys(s)) {
		text = strings.ReplaceAll(text, s[name], name)
		host := s[name][strings.Index(s[name], "//")+2:]
		text = strings.ReplaceAll(text, host, name+"_HOST")
		text = strings.ReplaceAll(text, host[strings.IndexByte(host, ':'):], ":"+name+"_PORT")
	}
	return text
}
