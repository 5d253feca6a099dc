package platform

import (
	"context"
	_ "embed"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"time"
)

//go:embed index.html
var indexPage []byte

// runFrontend serves the page and passes /api/ on to the backend.
func runFrontend(ctx context.Context, cfg config, log *slog.Logger) error {
	return newFrontend(cfg, log).listenAndServe(ctx)
}

func newFrontend(cfg config, log *slog.Logger) *server {
	s := newServer(cfg, log)
	s.handle(http.MethodGet, "/{$}", "/", func(w http.ResponseWriter, _ *http.Request) int {
		return s.write(w, http.StatusOK, textHTML, indexPage)
	})
	s.handle(http.MethodGet, "/health", "/health", func(w http.ResponseWriter, _ *http.Request) int {
		return s.write(w, http.StatusOK, appJSON, []byte(`{"status":"healthy"}`))
	})
	proxy := newProxy(s)
	s.handle("", "/api/", "/api/", func(w http.ResponseWriter, r *http.Request) int {
		rec := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		proxy.ServeHTTP(rec, r)
		return rec.status
	})
	s.handle("", "/", "other", func(w http.ResponseWriter, _ *http.Request) int {
		return s.write(w, http.StatusNotFound, textPlain, []byte("not found\n"))
	})
	return s
}

// newProxy passes requests on over kept-alive connections. The backend ends
// them by age, which spreads them over its pods.
func newProxy(s *server) *httputil.ReverseProxy {
	transport := &http.Transport{
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       30 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
	}
	return &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(s.cfg.BackendURL)
			r.SetXForwarded()
		},
		// The backend's own name in X-Served-By would hide this pod's.
		ModifyResponse: func(r *http.Response) error {
			r.Header.Del("X-Served-By")
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			s.log.Warn("pass on", "path", r.URL.Path, "err", err)
			s.write(w, http.StatusBadGateway, appJSON, []byte(`{"error":"backend does not answer"}`))
		},
	}
}

// statusRecorder remembers the status that the proxy passed on.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets the proxy flush through the recorder.
func (r *statusRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
