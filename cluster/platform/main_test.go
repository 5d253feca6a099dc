package platform

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

// testConfig is the default configuration, with changes, without pauses.
func testConfig(t *testing.T, role string, env map[string]string) config {
	t.Helper()
	all := map[string]string{"POD_NAME": "pod-1", "PLATFORM_CPU_COST": "0s", "PLATFORM_DRAIN_DELAY": "0s",
		"PLATFORM_JOB_CPU": "0s", "PLATFORM_JOB_TIME": "0s"}
	for k, v := range env {
		all[k] = v
	}
	cfg, err := loadConfig(role, func(name string) (string, bool) { v, ok := all[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// start serves s on a free port until the test ends, or until stop is called,
// which returns what serve returned.
func start(t *testing.T, s *server) (url string, stop func() error) {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.serve(ctx, ln) }()
	stopped := false
	stop = func() error {
		stopped = true
		cancel()
		return <-done
	}
	t.Cleanup(func() {
		if !stopped {
			if err := stop(); err != nil {
				t.Error(err)
			}
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return "http://" + ln.Addr().String(), stop
}

type answer struct {
	status int
	header http.Header
	body   string
	closed bool // the server asked for the connection to be closed
}

func do(t *testing.T, method, url string, body io.Reader) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(data), resp.Close}
}
