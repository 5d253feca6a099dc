package vegetaload

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/artisan-platform/headroom/runner/arrival"
	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/wire"
)

// drive sends ten requests in half a second.
func drive(t *testing.T, url string, change func(*Load)) (totals, *wire.Traffic) {
	t.Helper()
	schedule, err := arrival.New(arrival.Segment{Duration: 500 * time.Millisecond, From: 20, To: 20})
	if err != nil {
		t.Fatal(err)
	}
	meter, traffic := observation.NewMeter("a", true), new(wire.Traffic)
	l := Load{
		Schedule: schedule, Targeter: vegeta.NewStaticTargeter(vegeta.Target{Method: "GET", URL: url}), Endpoint: func(*http.Request) string { return "a" },
		Recorder: meter, Timeout: 5 * time.Second, Connections: 10, MaxWorkers: 10, Grace: time.Second, Traffic: traffic,
	}
	if change != nil {
		change(&l)
	}
	if err := Drive(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	return total(meter), traffic
}

// TestKeepsConnections counts the connections that a server accepts, also of one
// that closes them while they are idle.
func TestKeepsConnections(t *testing.T) {
	tests := map[string]struct {
		idle        time.Duration // after which the server closes a connection
		secure      bool
		least, most int64
	}{
		"plain":            {0, false, 1, 5},
		"secure":           {0, true, 1, 5},
		"closed meanwhile": {25 * time.Millisecond, false, 2, 10},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) }))
			var opened atomic.Int64
			s.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context { opened.Add(1); return ctx }
			s.Config.IdleTimeout = tt.idle
			if tt.secure {
				s.StartTLS()
			} else {
				s.Start()
			}
			defer s.Close()
			sum, traffic := drive(t, s.URL, func(l *Load) { l.TLS = &tls.Config{InsecureSkipVerify: true} }) //nolint:gosec // of this test
			if sum.count != 10 || sum.failed != 0 || sum.bytes != 50 {
				t.Errorf("metered %+v, want 10 requests of 5 bytes, none failed", sum)
			}
			if n := opened.Load(); n < tt.least || n > tt.most {
				t.Errorf("%d connections, want %d to %d", n, tt.least, tt.most)
			}
			if sent, received := traffic.Take(); sent < 10*50 || received < 10*50 {
				t.Errorf("%d bytes sent, %d received: heads are not counted", sent, received)
			}
		})
	}
}
