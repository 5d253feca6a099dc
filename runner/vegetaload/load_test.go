package vegetaload

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// totals sums what a meter recorded.
type totals struct {
	due, started, dropped, count, failed uint64
	bytes                                int64
	inFlight                             int64
	names, causes                        map[string]uint64
	served                               []string
	minResponse, maxResponse, maxService time.Duration
}

func total(m *observation.Meter) totals {
	t := totals{names: map[string]uint64{}, causes: map[string]uint64{}, minResponse: time.Hour}
	for _, r := range m.Cut(time.Now(), true, observation.Health{}) {
		switch r.Kind {
		case observation.KindGenerator:
			t.due += r.Generator.Due
			t.started += r.Generator.Started
			t.dropped += r.Generator.Dropped
			t.inFlight = r.Generator.InFlight
		case observation.KindRequests:
			t.count += r.Requests.Count
			t.failed += r.Requests.Failed
			t.bytes += r.Requests.BytesIn
			t.names[r.Requests.Name+" "+r.Requests.Class] += r.Requests.Count
			for c, n := range r.Requests.Causes {
				t.causes[c] += n
			}
			t.minResponse = min(t.minResponse, r.Requests.Response.Min())
			t.maxResponse = max(t.maxResponse, r.Requests.Response.Max())
			t.maxService = max(t.maxService, r.Requests.Service.Max())
		case observation.KindServed:
			t.served = append(t.served, r.Served.Pod)
		}
	}
	return t
}

func config(url string, stages ...spec.RateStage) Config {
	return Config{
		Name:           "step",
		Attack:         spec.Vegeta{URL: url, Timeout: 5 * time.Second, Stages: stages},
		Meter:          observation.NewMeter("step", true),
		ServedByHeader: "X-Served-By",
	}
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestSendsExactlyTheSchedule(t *testing.T) {
	tests := map[string]struct {
		stages []spec.RateStage
		want   uint64
	}{
		"constant": {[]spec.RateStage{{Duration: time.Second, From: 200, To: 200}}, 200},
		"ramp":     {[]spec.RateStage{{Duration: time.Second, From: 0, To: 300}}, 150},
		"pause": {[]spec.RateStage{
			{Duration: 200 * time.Millisecond, From: 100, To: 100},
			{Duration: 200 * time.Millisecond},
			{Duration: 200 * time.Millisecond, From: 100, To: 100},
		}, 40},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got atomic.Uint64
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				got.Add(1)
				w.Header().Set("X-Served-By", "backend-1")
				_, _ = w.Write([]byte("hello"))
			})
			cfg := config(url+"/health?x=1", tt.stages...)
			if err := Run(t.Context(), cfg); err != nil {
				t.Fatal(err)
			}
			sum := total(cfg.Meter)
			if got.Load() != tt.want || sum.count != tt.want || sum.started != tt.want || sum.due != tt.want {
				t.Errorf("server got %d, metered %+v, want %d of each", got.Load(), sum, tt.want)
			}
			if sum.names["GET /health 2xx"] != tt.want || sum.failed != 0 || sum.dropped != 0 || sum.inFlight != 0 {
				t.Errorf("metered %+v, want all as GET /health 2xx, none failed, dropped or in flight", sum)
			}
			if sum.bytes != int64(5*tt.want) || len(sum.served) != 1 || sum.served[0] != "backend-1" {
				t.Errorf("read %d bytes, served by %v", sum.bytes, sum.served)
			}
		})
	}
}

func TestStopsInTheMiddleOfALongWait(t *testing.T) {
	url := serve(t, func(http.ResponseWriter, *http.Request) {})
	cfg := config(url, spec.RateStage{Duration: time.Hour, From: 1.0 / 60, To: 1.0 / 60})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	start := time.Now()
	err := Run(ctx, cfg)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want the context's", err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("the stop took %v; the next arrival was a minute away", took)
	}
	if sum := total(cfg.Meter); sum.count != 1 || sum.due != 1 || sum.dropped != 0 {
		t.Errorf("metered %+v, want the one request that was due", sum)
	}
}

func TestCutsOffWhatOutlivesAStop(t *testing.T) {
	hang := make(chan struct{})
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	})
	defer close(hang)
	cfg := config(url, spec.RateStage{Duration: time.Hour, From: 50, To: 50})
	cfg.Attack.Timeout = time.Hour
	cfg.Grace = 10 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := Run(ctx, cfg); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v, want the context's", err)
	}
	sum := total(cfg.Meter)
	if sum.count == 0 || sum.count != sum.started || sum.started+sum.dropped != sum.due || sum.inFlight != 0 {
		t.Errorf("metered %+v, want every started request ended", sum)
	}
	if sum.failed != 0 || sum.names["GET / error"] != sum.count {
		t.Errorf("metered %+v: what the stop cut off has no status and is no failure of the platform", sum)
	}
}

// A server that serves one request at a time at half the rate makes requests
// wait. Timing from the due time shows the wait whoever does the waiting.
func TestSlowServerIsSeenFromTheDueTime(t *testing.T) {
	turn := make(chan struct{}, 1)
	url := serve(t, func(http.ResponseWriter, *http.Request) {
		turn <- struct{}{}
		time.Sleep(20 * time.Millisecond)
		<-turn
	})
	cfg := config(url, spec.RateStage{Duration: 500 * time.Millisecond, From: 100, To: 100})
	if err := Run(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	sum := total(cfg.Meter)
	if sum.count != 50 {
		t.Errorf("%d requests, want 50 whatever the server does", sum.count)
	}
	if sum.maxResponse < 400*time.Millisecond {
		t.Errorf("largest response time %v; the last of 50 requests of 20 ms in a row, due in 500 ms, waited longer", sum.maxResponse)
	}
}

func TestDropsWhatNoWorkerIsFreeFor(t *testing.T) {
	release := make(chan struct{})
	var got atomic.Uint64
	url := serve(t, func(http.ResponseWriter, *http.Request) {
		got.Add(1)
		<-release
	})
	cfg := config(url, spec.RateStage{Duration: 500 * time.Millisecond, From: 100, To: 100})
	cfg.MaxWorkers = 3
	time.AfterFunc(700*time.Millisecond, func() { close(release) })
	if err := Run(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if sum := total(cfg.Meter); got.Load() != 3 || sum.started != 3 || sum.dropped != 47 || sum.due != 50 {
		t.Errorf("server got %d, metered %+v, want 3 sent and 47 of 50 dropped", got.Load(), sum)
	}
}

func TestFailuresAreData(t *testing.T) {
	tests := map[string]struct {
		handler http.HandlerFunc
		name    string
		cause   string
	}{
		"status":  {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, "GET / 5xx", "status 503"},
		"timeout": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "GET / error", "timeout"},
		"broken off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("part"))
		}, "GET / error", "connection closed by the server"},
		"closed": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "GET / error", "connection closed by the server"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cfg := config(serve(t, tt.handler), spec.RateStage{Duration: 100 * time.Millisecond, From: 50, To: 50})
			cfg.Attack.Timeout = 200 * time.Millisecond
			if name != "timeout" {
				cfg.Attack.Timeout = 10 * time.Second
			}
			if err := Run(t.Context(), cfg); err != nil {
				t.Fatal(err)
			}
			if sum := total(cfg.Meter); sum.failed != 5 || sum.names[tt.name] != 5 || sum.causes[tt.cause] != 5 {
				t.Errorf("metered %+v, want 5 failed as %s by %q", sum, tt.name, tt.cause)
			}
		})
	}
}

func TestRedirectIsAnAnswer(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://headroom.invalid/", http.StatusFound)
	})
	cfg := config(url, spec.RateStage{Duration: 100 * time.Millisecond, From: 50, To: 50})
	if err := Run(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if sum := total(cfg.Meter); sum.names["GET / 3xx"] != 5 || sum.failed != 0 {
		t.Errorf("metered %+v, want 5 answers of class 3xx", sum)
	}
}

func TestSendsWhatThePlanSays(t *testing.T) {
	seen := make(chan *http.Request, 10)
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) { seen <- r })
	cfg := config(url, spec.RateStage{Duration: 100 * time.Millisecond, From: 10, To: 10})
	cfg.Attack.Method, cfg.Attack.Body = "POST", `{"a":1}`
	cfg.Attack.Header = map[string]string{"x-token": "t", "Host": "api.example"}
	if err := Run(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	r := <-seen
	if r.Method != "POST" || r.Header.Get("X-Token") != "t" || r.Host != "api.example" || r.ContentLength != 7 {
		t.Errorf("server got %s, %v, host %s, %d bytes", r.Method, r.Header, r.Host, r.ContentLength)
	}
}

func TestRefusesWhatItCannotSend(t *testing.T) {
	ok := spec.RateStage{Duration: time.Second, From: 1, To: 1}
	meter := observation.NewMeter("step", true)
	tests := map[string]struct {
		cfg  Config
		want string
	}{
		"remote host":   {Config{Attack: spec.Vegeta{URL: "http://198.51.100.1/", Stages: []spec.RateStage{ok}}, Meter: meter}, "--allow-host 198.51.100.1"},
		"no scheme":     {Config{Attack: spec.Vegeta{URL: "127.0.0.1:80", Stages: []spec.RateStage{ok}}, Meter: meter}, "parse url"},
		"other scheme":  {Config{Attack: spec.Vegeta{URL: "ftp://127.0.0.1", Stages: []spec.RateStage{ok}}, Meter: meter}, "http or https"},
		"bad method":    {Config{Attack: spec.Vegeta{URL: "http://127.0.0.1", Method: "A B", Stages: []spec.RateStage{ok}}, Meter: meter}, "build request"},
		"negative rate": {Config{Attack: spec.Vegeta{URL: "http://127.0.0.1", Stages: []spec.RateStage{{Duration: time.Second, From: -1}}}, Meter: meter}, "segment 0"},
		"no arrivals":   {Config{Attack: spec.Vegeta{URL: "http://127.0.0.1"}, Meter: meter}, "no request"},
		"no meter":      {Config{Attack: spec.Vegeta{URL: "http://127.0.0.1", Stages: []spec.RateStage{ok}}}, "no meter"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.cfg.Name = "step"
			err := Run(t.Context(), tt.cfg)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "load step") {
				t.Errorf("err = %v, want one that names load step and says %q", err, tt.want)
			}
		})
	}
}

// httptest's certificate is for example.com.
func TestGoesWhereTheNameIsMappedTo(t *testing.T) {
	ts := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	ts.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(ts.Close)
	address := ts.Listener.Addr().String()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(ts.Certificate())
	for title, tt := range map[string]struct {
		url, to string
		roots   *x509.CertPool
		failed  bool
	}{
		"address with a port":    {"https://example.com/", address, roots, false},
		"port of the URL":        {"https://EXAMPLE.com:" + port + "/", "127.0.0.1", roots, false},
		"authority not believed": {"https://example.com/", address, nil, true},
	} {
		t.Run(title, func(t *testing.T) {
			cfg := config(tt.url, spec.RateStage{Duration: 50 * time.Millisecond, From: 100, To: 100})
			cfg.Attack.Hosts, cfg.Roots = map[string]string{"example.com": tt.to}, tt.roots
			if err := Run(t.Context(), cfg); err != nil {
				t.Fatal(err)
			}
			if got := total(cfg.Meter); got.count != 5 || (got.failed == 5) != tt.failed || (got.failed == 0) == tt.failed {
				t.Errorf("%d requests, %d failed: %v", got.count, got.failed, got.causes)
			}
		})
	}
	cfg := config("https://example.com/", spec.RateStage{Duration: time.Second, From: 1, To: 1})
	cfg.Attack.Hosts = map[string]string{"example.com": "198.51.100.1"}
	if err := Run(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "--allow-host") {
		t.Errorf("a name that is mapped away from this machine: %v", err)
	}
}
