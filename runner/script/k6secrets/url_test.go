package k6secrets

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// server answers like a store of secrets and writes down what it was asked.
type server struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

func newServer(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("Authorization"))
		n := len(s.asked)
		s.mu.Unlock()
		answer(n, w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.asked...)
}

// fetcher opens a url source whose waits are short.
func fetcher(t *testing.T, env Environment, params map[string]string) vu.SecretSource {
	t.Helper()
	all := map[string]string{"retryBackoff": "1ms"}
	maps.Copy(all, params)
	c, err := configure(all, env)
	if err != nil {
		t.Fatal(err)
	}
	s := newURLSource(c)
	s.jitter = func() time.Duration { return 0 }
	return s.fetch
}

func TestURLTakesTheSecretFromTheResponse(t *testing.T) {
	s := newServer(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"data":{"value":"my-secret-value","pin":1.50,"on":true,"none":null,"list":[1]}}`)
	})
	for path, want := range map[string]string{
		"":           `{"data":{"value":"my-secret-value","pin":1.50,"on":true,"none":null,"list":[1]}}`,
		"data.value": "my-secret-value", "data.pin": "1.50", "data.on": "true",
		"data.none": "error: the response holds no string at responsePath \"data.none\"",
		"data.list": "error: the response holds no string at responsePath \"data.list\"",
		"data.no":   "error: the response holds no string at responsePath \"data.no\"",
	} {
		got, err := fetcher(t, files(nil), map[string]string{"urlTemplate": s.URL + "/{key}", "responsePath": path})(t.Context(), "k")
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", path, got, want)
		}
	}
}

// TestURLSettings holds the order of the settings, the names of the
// environment variables, and what a request is made of.
func TestURLSettings(t *testing.T) {
	s := newServer(t, func(_ int, w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Header.Get("X-Api-Key")) })
	env := files(map[string]string{"c.json": `{"method":"POST","headers":{"Authorization":"Bearer file","X-API-Key":"from file"},"maxRetries":0,"timeout":"5s"}`},
		"K6_SECRET_SOURCE_URL_URL_TEMPLATE="+s.URL+"/v1/{key}?again={key}", "K6_SECRET_SOURCE_URL_METHOD=PUT",
		"K6_SECRET_SOURCE_URL_HEADER_AUTHORIZATION=Bearer env", "K6_SECRET_SOURCE_URL_HEADER_X_API_KEY=from env", "OTHER=x",
		"K6_SECRET_SOURCE_URL_RESPONSE_PATH=", "K6_SECRET_SOURCE_URL_TIMEOUT=1m", "K6_SECRET_SOURCE_URL_MAX_RETRIES=9",
		"K6_SECRET_SOURCE_URL_RETRY_BACKOFF=1s", "K6_SECRET_SOURCE_URL_REQUESTS_PER_MINUTE_LIMIT=300", "K6_SECRET_SOURCE_URL_REQUESTS_BURST=10")
	for i, tt := range []struct {
		params          map[string]string
		key, want, wire string
	}{
		{nil, "k", "from env", "PUT /v1/k?again=k Bearer env"},
		{map[string]string{"config": "c.json"}, "team/db pass?#%", "from file", "POST /v1/team/db%20pass%3F%23%25?again=team%2Fdb+pass%3F%23%25 Bearer file"},
		{map[string]string{"config": "c.json", "headers.authorization": "Bearer line", "method": "DELETE"}, "k", "from file", "DELETE /v1/k?again=k Bearer line"},
	} {
		got, err := fetcher(t, env, tt.params)(t.Context(), tt.key)
		if err != nil || got != tt.want {
			t.Errorf("%v: got %q and %v, want %q", tt.params, got, err, tt.want)
		}
		if wire := s.requests(); len(wire) != i+1 || wire[i] != tt.wire {
			t.Errorf("%v: asked %q, want %q at last", tt.params, wire, tt.wire)
		}
	}
	c, err := configure(nil, files(nil, "K6_SECRET_SOURCE_URL_URL_TEMPLATE=http://h/{key}"))
	want := config{template: "http://h/{key}", method: "GET", headers: http.Header{}, timeout: 30 * time.Second,
		perMinute: 300, burst: 10, retries: 3, backoff: time.Second}
	if err != nil || !reflect.DeepEqual(c, want) {
		t.Errorf("the defaults are %+v (%v), want %+v", c, err, want)
	}
}

func TestURLAsksAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		params   map[string]string
		answer   func(n int, w http.ResponseWriter, r *http.Request)
		requests int
		want     string
	}{
		"at last": {nil, func(n int, w http.ResponseWriter, _ *http.Request) {
			switch n {
			case 1:
				w.WriteHeader(http.StatusServiceUnavailable)
			case 2:
				w.WriteHeader(http.StatusTooManyRequests)
			case 3:
				panic(http.ErrAbortHandler)
			}
			fmt.Fprint(w, "secret")
		}, 4, "secret"},
		"never": {map[string]string{"maxRetries": "1"}, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
			2, "error: the server answers 502 Bad Gateway (asked 2 times)"},
		"not at all": {map[string]string{"maxRetries": "0"}, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
			1, "error: the server answers 500 Internal Server Error (asked 1 times)"},
		"no hope": {nil, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, 1, "error: the server answers 403 Forbidden"},
		"no JSON": {map[string]string{"responsePath": "a"}, func(_ int, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") },
			1, "error: the response is no JSON, of which responsePath \"a\" could be taken"},
		"too large": {nil, func(_ int, w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, maxSecret+1)) },
			1, "error: the response is larger than 1048576 bytes"},
		"too slow": {map[string]string{"timeout": "20ms", "maxRetries": "1"}, func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
			2, "error: the server has not answered within 20ms (asked 2 times)"},
		"redirect here": {nil, func(n int, w http.ResponseWriter, r *http.Request) {
			if n == 1 {
				http.Redirect(w, r, "/other", http.StatusFound)
				return
			}
			fmt.Fprint(w, "moved")
		}, 2, "moved"},
		"redirect elsewhere": {nil, func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://other.invalid/", http.StatusFound)
		},
			1, "error: " + errRedirect.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, tt.answer)
			params := map[string]string{"urlTemplate": s.URL + "/{key}?token=hunter2"}
			maps.Copy(params, tt.params)
			got, err := fetcher(t, files(nil), params)(t.Context(), "k")
			if err != nil {
				got = "error: " + err.Error()
			}
			if got != tt.want || len(s.requests()) != tt.requests {
				t.Errorf("got %q after %d requests, want %q after %d", got, len(s.requests()), tt.want, tt.requests)
			}
		})
	}
}

// TestURLThatNobodyAnswers also holds that an error does not tell the URL.
func TestURLThatNobodyAnswers(t *testing.T) {
	fetch := fetcher(t, files(nil), map[string]string{"urlTemplate": "http://127.0.0.1:1/{key}?token=hunter2", "maxRetries": "2"})
	_, err := fetch(t.Context(), "k")
	if want := "dial tcp 127.0.0.1:1: connect: connection refused (asked 3 times)"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestURLWaitsEndWithTheirContext: for the answer, for the next attempt and
// for the rate limit.
func TestURLWaitsEndWithTheirContext(t *testing.T) {
	slow := newServer(t, func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	broken := newServer(t, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) })
	fine := newServer(t, func(int, http.ResponseWriter, *http.Request) {})
	over := errors.New("the iteration is over")
	for name, params := range map[string]map[string]string{
		"answer":  {"urlTemplate": slow.URL + "/{key}"},
		"attempt": {"urlTemplate": broken.URL + "/{key}", "retryBackoff": "1m"},
		"limit":   {"urlTemplate": fine.URL + "/{key}", "requestsPerMinuteLimit": "1", "requestsBurst": "1"},
	} {
		t.Run(name, func(t *testing.T) {
			fetch := fetcher(t, files(nil), params)
			if name == "limit" {
				if _, err := fetch(t.Context(), "first"); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(50*time.Millisecond, func() { cancel(over) })
			start := time.Now()
			_, err := fetch(ctx, "k")
			if took := time.Since(start); !errors.Is(err, over) || took > 5*time.Second {
				t.Errorf("got %v after %v", err, took)
			}
		})
	}
}

// TestURLRateLimit: after the burst, requests go out at the rate.
func TestURLRateLimit(t *testing.T) {
	s := newServer(t, func(_ int, w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "x") })
	fetch := fetcher(t, files(nil), map[string]string{"urlTemplate": s.URL + "/{key}", "requestsPerMinuteLimit": "1200", "requestsBurst": "2"})
	start := time.Now()
	for range 6 {
		if _, err := fetch(t.Context(), "k"); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(start); took < 190*time.Millisecond {
		t.Errorf("2 requests and 4 at 20 a second took %v, want 200ms", took)
	}
}
