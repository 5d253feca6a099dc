package platform

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// server is one HTTP server with the life cycle that Kubernetes expects:
// ready, then not ready but still serving, then drained.
type server struct {
	cfg      config
	log      *slog.Logger
	metrics  *metrics
	mux      *http.ServeMux
	servedBy []string // header value, shared by all answers and never changed
	draining atomic.Bool
	// healthy is an extra condition of readiness; nil is always healthy.
	healthy func() bool
}

func newServer(cfg config, log *slog.Logger) *server {
	s := &server{
		cfg: cfg, log: log, metrics: newMetrics(),
		mux: http.NewServeMux(), servedBy: []string{cfg.PodName},
	}
	s.mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		s.write(w, http.StatusOK, textPlain, okBody)
	})
	s.mux.HandleFunc("GET /readyz", s.readyz)
	s.mux.Handle("GET /metrics", s.metrics.handler())
	return s
}

// handle serves pattern ("GET /path") and counts it under endpoint.
func (s *server) handle(method, pattern, endpoint string, fn endpointFunc) {
	if method != "" {
		pattern = method + " " + pattern
	}
	s.mux.Handle(pattern, s.metrics.measure(method, endpoint, fn))
}

func (s *server) readyz(w http.ResponseWriter, _ *http.Request) {
	switch {
	case s.draining.Load():
		s.write(w, http.StatusServiceUnavailable, textPlain, []byte("draining\n"))
	case s.healthy != nil && !s.healthy():
		s.write(w, http.StatusServiceUnavailable, textPlain, []byte("not healthy\n"))
	default:
		s.write(w, http.StatusOK, textPlain, okBody)
	}
}

// Header values are shared slices: setting them allocates nothing.
var (
	textPlain = []string{"text/plain; charset=utf-8"}
	textHTML  = []string{"text/html; charset=utf-8"}
	appJSON   = []string{"application/json"}
	closeConn = []string{"close"}
	okBody    = []byte("ok\n")
)

// write answers with a prepared body and returns the status. A client that
// went away is the client's matter.
func (s *server) write(w http.ResponseWriter, status int, contentType []string, body []byte) int {
	w.Header()["Content-Type"] = contentType
	w.WriteHeader(status)
	_, _ = w.Write(body)
	return status
}

// connKey finds the deadline of a connection in its requests' contexts.
type connKey struct{}

// withDeadline gives a new connection its own age limit. The jitter keeps
// connections opened together from closing together.
func (s *server) withDeadline(ctx context.Context, _ net.Conn) context.Context {
	age := time.Duration(float64(s.cfg.MaxConnAge) * (0.8 + 0.4*rand.Float64()))
	return context.WithValue(ctx, connKey{}, time.Now().Add(age))
}

// ServeHTTP marks each answer with the pod's name, and closes connections that
// are old: keep-alive connections would otherwise stay with the pods they were
// opened to, and new pods would get no load.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["X-Served-By"] = s.servedBy
	deadline, ok := r.Context().Value(connKey{}).(time.Time)
	if s.draining.Load() || (ok && time.Now().After(deadline)) {
		h["Connection"] = closeConn
	}
	s.mux.ServeHTTP(w, r)
}

// listenAndServe serves on the configured port until ctx is cancelled.
func (s *server) listenAndServe(ctx context.Context) error {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", ":"+strconv.Itoa(s.cfg.Port))
	if err != nil {
		return fmt.Errorf("listen on port %d; set PLATFORM_PORT: %w", s.cfg.Port, err)
	}
	return s.serve(ctx, ln)
}

// serve serves ln until ctx is cancelled, then drains: readiness goes false
// while requests are still answered, so that nothing is sent here any more when
// the listener closes. It returns when the last request has ended.
func (s *server) serve(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 75 * time.Second}
	if s.cfg.MaxConnAge > 0 {
		srv.ConnContext = s.withDeadline
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	s.log.Info("serving", "addr", ln.Addr().String())
	select {
	case err := <-failed:
		return fmt.Errorf("serve %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	s.log.Info("draining", "delay", s.cfg.DrainDelay)
	s.draining.Store(true)
	time.Sleep(s.cfg.DrainDelay)
	return s.shutdown(srv, failed)
}

func (s *server) shutdown(srv *http.Server, failed <-chan error) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.cfg.DrainTimeout)
	defer cancel()
	err := srv.Shutdown(ctx)
	if err != nil {
		err = errors.Join(fmt.Errorf("requests still running after %s: %w", s.cfg.DrainTimeout, err), srv.Close())
	}
	if stopped := <-failed; !errors.Is(stopped, http.ErrServerClosed) {
		err = errors.Join(err, fmt.Errorf("serve: %w", stopped))
	}
	return err
}
