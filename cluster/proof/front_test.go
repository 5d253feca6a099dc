package proof

import (
	"compress/gzip"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/cluster/pki"
)

// serve runs a server with a certificate for the names and returns an access to
// which it is ingress and edge cache.
func serve(t *testing.T, handler http.Handler, names ...string) *Access {
	t.Helper()
	authority, err := pki.NewAuthority("test", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	pair, err := authority.Issue(names...)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := tls.X509KeyPair(pair.Cert, pair.Key)
	if err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewUnstartedServer(handler)
	ts.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	ts.Config.ErrorLog = nil
	ts.StartTLS()
	t.Cleanup(ts.Close)
	ca := filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(ca, authority.Certificate(), 0o600); err != nil {
		t.Fatal(err)
	}
	at := ts.Listener.Addr().String()
	return &Access{Ingress: at, Edge: at, EdgePlain: at, CAFile: ca}
}

// wantProblem wants a cause and a next step.
func wantProblem(t *testing.T, seen string, err error, cause, next string) {
	t.Helper()
	if err == nil {
		t.Fatalf("green (%s), want %q", seen, cause)
	}
	if !strings.Contains(err.Error(), cause) || !strings.Contains(nextStep(err), next) {
		t.Errorf("cause %q, next step %q; want %q and %q in them", err, nextStep(err), cause, next)
	}
}

// gateway answers as the ingress does, with a limit of a body in bytes.
func gateway(limit int64, status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err == nil && n > limit {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		w.WriteHeader(status)
	}
}

func TestIngress(t *testing.T) {
	a := serve(t, gateway(bodyLimit, http.StatusOK), apiName)
	if seen, err := a.ingressAnswers(t.Context()); err != nil || !strings.HasPrefix(seen, "200 over TLS 1.3, certificate for "+apiName) {
		t.Errorf("saw %q, %v", seen, err)
	}
}

func TestIngressWithACertificateForAnotherName(t *testing.T) {
	a := serve(t, gateway(bodyLimit, http.StatusOK), "www.artisan-platform.com")
	seen, err := a.ingressAnswers(t.Context())
	wantProblem(t, seen, err, "api.artisan-platform.com is not what the server's certificate is good for (it shows [www.artisan-platform.com] by test)", "Secret artisan-platform/artisan-platform-tls")
}

func TestIngressOfAnotherAuthority(t *testing.T) {
	a, stranger := serve(t, gateway(bodyLimit, http.StatusOK), apiName), serve(t, gateway(0, 200), apiName)
	a.CAFile = stranger.CAFile
	seen, err := a.ingressAnswers(t.Context())
	wantProblem(t, seen, err, "unknown authority", "Secret artisan-platform/artisan-platform-tls")
}

func TestIngressThatDoesNotAnswer(t *testing.T) {
	a := serve(t, gateway(bodyLimit, http.StatusServiceUnavailable), apiName)
	seen, err := a.ingressAnswers(t.Context())
	wantProblem(t, seen, err, "answered with 503, want 200", "kubectl -n traefik logs")
	a.Ingress = "127.0.0.1:1"
	seen, err = a.ingressAnswers(t.Context())
	wantProblem(t, seen, err, "connection refused", "kubectl -n traefik logs")
}

func TestBodyLimit(t *testing.T) {
	a := serve(t, gateway(bodyLimit, http.StatusMethodNotAllowed), apiName)
	if seen, err := a.bodyLimited(t.Context()); err != nil || seen == "" {
		t.Errorf("saw %q, %v", seen, err)
	}
	for title, limit := range map[string]int64{"none": 1 << 40, "too small": 1 << 20} {
		a := serve(t, gateway(limit, http.StatusMethodNotAllowed), apiName)
		seen, err := a.bodyLimited(t.Context())
		if err == nil {
			t.Errorf("limit %s: green (%s)", title, seen)
		}
	}
}

// cache answers as the edge cache does; its faults are set by the tests.
type cache struct {
	keepsAPI, keepsNothing, inventsHits, neverPacks, packsAll, spoils bool
	status                                                            int

	kept map[string]bool
}

const page = "<html>a page of some length, a page of some length, a page of some length</html>"

func (c *cache) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	api := strings.HasPrefix(r.URL.Path, "/api/")
	state := "MISS"
	if c.kept[r.URL.Path] && !c.keepsNothing || c.inventsHits {
		state = "HIT"
	}
	if !api || c.keepsAPI {
		w.Header().Set(cacheStatus, state)
	}
	if r.URL.Path != "/" && !api {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	c.kept[r.URL.Path] = true
	if (r.Header.Get("Accept-Encoding") == "gzip" && !c.neverPacks) || c.packsAll {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		body := page
		if c.spoils {
			body = strings.ToUpper(page)
		}
		_, _ = io.WriteString(z, body)
		return
	}
	if c.status != 0 {
		w.WriteHeader(c.status)
	}
	_, _ = io.WriteString(w, page)
}

func TestEdgeCache(t *testing.T) {
	a := serve(t, &cache{kept: map[string]bool{}}, edgeName)
	for _, c := range edgeChecks(a)[:3] {
		if seen, err := c.Run(t.Context()); err != nil || seen == "" {
			t.Errorf("%s: saw %q, %v", c.Name, seen, err)
		}
	}
}

func TestEdgeCacheFaults(t *testing.T) {
	const caches, compresses, passes = 0, 1, 2
	for title, test := range map[string]struct {
		fault cache
		check int
		cause string
	}{
		"caches /api":          {cache{keepsAPI: true}, passes, "must not be cached"},
		"API down":             {cache{status: 502}, passes, "answered with 502"},
		"keeps nothing":        {cache{keepsNothing: true}, caches, `is "MISS" in the cache when it is asked for again, want HIT`},
		"hits what it has not": {cache{inventsHits: true}, caches, `that nobody has asked for is "HIT"`},
		"page down":            {cache{status: 500}, caches, "answered with 500, want 200"},
		"does not compress":    {cache{neverPacks: true}, compresses, `encoding "", want gzip`},
		"compresses unasked":   {cache{packsAll: true}, compresses, `to a client that asked for none`},
		"changes the page":     {cache{spoils: true}, compresses, "they differ"},
	} {
		t.Run(title, func(t *testing.T) {
			test.fault.kept = map[string]bool{}
			a := serve(t, &test.fault, edgeName)
			seen, err := edgeChecks(a)[test.check].Run(t.Context())
			wantProblem(t, seen, err, test.cause, "")
		})
	}
}

func TestEdgeRedirects(t *testing.T) {
	for to, good := range map[string]bool{"https://" + edgeName + "/about?x=1": true, "https://" + edgeName + "/": false, "": false} {
		ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusMovedPermanently)
		}))
		a := &Access{EdgePlain: ts.Listener.Addr().String()}
		if seen, err := a.edgeRedirects(t.Context()); (err == nil) != good {
			t.Errorf("to %q: saw %q, %v", to, seen, err)
		}
		ts.Close()
	}
}
