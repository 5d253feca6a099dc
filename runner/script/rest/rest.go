// Package rest is the REST API by which a run is watched and steered from
// outside: what k6 documents under /v1, as JSON:API documents.
package rest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Control is the run that the API serves. It is safe for concurrent use.
type Control interface {
	Resume()
	Stop()
	Status() vu.Status
	// Metrics, Groups and the setup data can be had once the run is
	// initialised.
	Metrics() (*metric.Registry, time.Duration, error)
	Groups() (*vu.Group, error)
	SetupData() (string, error)
	SetSetupData(data string) error
	RunSetup(ctx context.Context) (string, error)
	RunTeardown(ctx context.Context) error
}

const (
	// headerTimeout, bodyTimeout and writeTimeout bound what a client may take;
	// how long a script's own setup or teardown takes is its own business.
	headerTimeout = 5 * time.Second
	bodyTimeout   = 10 * time.Second
	writeTimeout  = 10 * time.Second
	idleTimeout   = time.Minute
	// stopTimeout bounds the requests that are under way when the server stops.
	stopTimeout = 2 * time.Second
	// maxHeader and maxBody bound what a client may send. The largest thing is
	// the data that setup would return.
	maxHeader = 64 << 10
	maxBody   = 32 << 20
)

// Serve answers requests until ctx ends, and closes the listener. When ctx
// ends, so do a setup and a teardown that a request has called.
func Serve(ctx context.Context, l net.Listener, c Control) error {
	s := &http.Server{
		Handler: handler(c), ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	stopped := make(chan struct{})
	forget := context.AfterFunc(ctx, func() {
		defer close(stopped)
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		if s.Shutdown(limited) != nil {
			_ = s.Close() // what did not end in time
		}
	})
	err := s.Serve(l)
	if !forget() {
		<-stopped
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serve the REST API on %s: %w", l.Addr(), err)
}

// api answers for one run.
type api struct{ control Control }

// action answers a request with a document.
type action func(w http.ResponseWriter, r *http.Request) (any, error)

// route is what a path can be asked for.
type route struct {
	path    string
	methods map[string]action
}

func (a *api) routes() []route {
	type methods = map[string]action
	return []route{
		{"/v1/status", methods{http.MethodGet: a.getStatus, http.MethodPatch: a.patchStatus}},
		{"/v1/metrics", methods{http.MethodGet: a.getMetrics}},
		{"/v1/metrics/{id}", methods{http.MethodGet: a.getMetric}},
		{"/v1/groups", methods{http.MethodGet: a.getGroups}},
		{"/v1/groups/{id}", methods{http.MethodGet: a.getGroup}},
		{"/v1/setup", methods{http.MethodGet: a.getSetup, http.MethodPut: a.putSetup, http.MethodPost: a.postSetup}},
		{"/v1/teardown", methods{http.MethodPost: a.postTeardown}},
	}
}

func handler(c Control) http.Handler {
	a := &api{c}
	mux := http.NewServeMux()
	for _, r := range a.routes() {
		for method, f := range r.methods {
			mux.HandleFunc(method+" "+r.path, func(w http.ResponseWriter, request *http.Request) {
				document, err := f(w, request)
				answer(w, document, err)
			})
		}
		mux.HandleFunc(r.path, func(w http.ResponseWriter, request *http.Request) {
			w.Header().Set("Allow", r.allowed())
			answer(w, nil, wrong(http.StatusMethodNotAllowed, "%s cannot be done to %s: it takes %s", request.Method, request.URL.Path, r.allowed()))
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, request *http.Request) {
		answer(w, nil, wrong(http.StatusNotFound, "%s does not exist: there are /v1/status, /v1/metrics, /v1/groups, /v1/setup and /v1/teardown", request.URL.Path))
	})
	// A page in a person's browser must not steer a test on the same machine.
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer(w, nil, wrong(http.StatusForbidden, "a page of another site asks for this"))
	}))
	return protection.Handler(mux)
}
