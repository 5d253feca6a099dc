// Package k6ws is the module k6/ws: WebSockets that a script waits for, with an
// event loop of their own.
package k6ws

import (
	"errors"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/k6http"
	"github.com/artisan-platform/headroom/runner/script/network"
	"github.com/artisan-platform/headroom/runner/script/vu"
	"github.com/artisan-platform/headroom/runner/script/wsconn"
)

// Module is the module k6/ws.
func Module() vu.Module {
	return vu.Module{Name: "k6/ws", Exports: []string{"connect"}, New: func(v *vu.VU) func(string) any {
		m := &module{vu: v}
		return func(string) any { return m.connect }
	}}
}

// module is k6/ws of one virtual user.
type module struct {
	vu    *vu.VU
	class *sobek.Object // Socket, made on first use
}

const connect = "ws.connect()"

// connect is ws.connect(url, params, callback), or ws.connect(url, callback):
// it opens a connection and returns when it is closed.
func (m *module) connect(call sobek.FunctionCall) sobek.Value {
	v := m.vu
	v.OnlyRunning(connect)
	params, callback := call.Argument(1), call.Argument(2)
	if len(call.Arguments) == 2 {
		params, callback = nil, params
	}
	fn, ok := sobek.AssertFunction(callback)
	if !ok {
		panic(v.Runtime.NewTypeError("%s: the callback must be a function, and is %s", connect, vu.Kind(callback)))
	}
	address, err := wsconn.ParseAddress(v.Text(call.Argument(0)))
	if err != nil {
		v.Throw("%s: %v", connect, err)
	}
	r := wsconn.NewRequest(v, connect, address, nil, params)
	s := newSocket(m, wsconn.New(v.Bound(), v, r))
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		s.conn.Run()
	}()
	err = s.serve(fn)
	<-gone
	s.conn.Settle()
	return m.finish(s, err)
}

// finish is what connect comes to.
func (m *module) finish(s *socket, err error) sobek.Value {
	var foreign *network.Foreign
	switch {
	case errors.As(s.failure, &foreign): // the proxy: the host itself was looked at before
		m.vu.Refuse(connect + ": " + foreign.Error())
	case err != nil:
		panic(err) // what a callback threw
	case m.vu.Interrupt():
		return sobek.Undefined()
	}
	r := s.conn.Response()
	if s.throws() {
		m.vu.Throw("%s %s: %s", connect, r.URL, k6http.ErrorText(s.failure))
	}
	headers := m.vu.Runtime.NewObject()
	for name, value := range r.Headers {
		m.vu.Field(headers, name, value)
	}
	o := m.vu.Runtime.NewObject()
	m.vu.Field(o, "url", r.URL)
	m.vu.Field(o, "status", r.Status)
	m.vu.Field(o, "headers", headers)
	m.vu.Field(o, "body", r.Body)
	m.vu.Field(o, "error", r.Error)
	return o
}
