// Package k6http is the module k6/http: requests, responses and how they are
// measured.
package k6http

import (
	"errors"
	"maps"
	"slices"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/network"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Module is the module k6/http.
func Module() vu.Module {
	return vu.Module{Name: "k6/http", Exports: exports(), New: func(v *vu.VU) func(string) any {
		m := &module{vu: v, client: newClient(v), expect: &defaultStatuses}
		v.OnReset(m.reset)
		v.OnClose(m.client.close)
		return m.export
	}}
}

// methods are the functions that send a request with a fixed method, and
// whether their second argument is a body.
var methods = []struct {
	name, method string
	body         bool
}{
	{"get", "GET", false}, {"head", "HEAD", false}, {"post", "POST", true}, {"put", "PUT", true},
	{"patch", "PATCH", true}, {"del", "DELETE", true}, {"options", "OPTIONS", true},
}

// constants are those of the module that are plain strings.
var constants = func() map[string]string {
	all := map[string]string{
		"SSL_3_0": "ssl3.0", "TLS_1_0": "tls1.0", "TLS_1_1": "tls1.1", "TLS_1_2": "tls1.2", "TLS_1_3": "tls1.3",
	}
	ocspConstants(all)
	return all
}()

func exports() []string {
	names := []string{"get", "request", "asyncRequest", "batch", "url", "expectedStatuses", "setResponseCallback", "file", "cookieJar", "CookieJar"}
	for _, m := range methods[1:] {
		names = append(names, m.name)
	}
	return append(names, slices.Sorted(maps.Keys(constants))...)
}

// module is k6/http of one virtual user.
type module struct {
	vu         *vu.VU
	client     *client
	expect     *statuses     // what setResponseCallback set; nil: nothing is expected, nor measured
	json       sobek.Value   // Response.json, made on first use
	jarMethods *sobek.Object // of all cookie jars, likewise
	pages      pages
}

// export makes one of the module's exports.
func (m *module) export(name string) any {
	switch name {
	case "request":
		return m.request
	case "asyncRequest":
		return m.asyncRequest
	case "batch":
		return m.batch
	case "url":
		return m.url
	case "expectedStatuses":
		return m.expectedStatuses
	case "setResponseCallback":
		return m.setResponseCallback
	case "file":
		return m.newFile
	case "cookieJar":
		return m.cookieJar
	case "CookieJar":
		return m.newCookieJar
	}
	for _, f := range methods {
		if f.name == name {
			return m.fixed(f.method, f.body)
		}
	}
	return constants[name]
}

// fixed is http.get and its like.
func (m *module) fixed(method string, body bool) func(sobek.FunctionCall) sobek.Value {
	return func(call sobek.FunctionCall) sobek.Value {
		if body {
			return m.do(method, call.Argument(0), call.Argument(1), call.Argument(2))
		}
		return m.do(method, call.Argument(0), nil, call.Argument(1))
	}
}

// request is http.request(method, url, body, params).
func (m *module) request(call sobek.FunctionCall) sobek.Value {
	return m.do(m.method(call.Argument(0)), call.Argument(1), call.Argument(2), call.Argument(3))
}

// do sends one request and waits for its response.
func (m *module) do(method string, url, body, params sobek.Value) sobek.Value {
	if m.vu.Phase == vu.Init {
		m.vu.OnlyRunning("http." + method + "()")
	}
	k := m.parse(method, url, body, params)
	m.client.send(m.vu.Bound(), k)
	return m.finish(k)
}

// finish measures what came of a call and wraps it as a Response. It runs on
// the virtual user's own goroutine.
func (m *module) finish(k *call) sobek.Value {
	if m.vu.Interrupt() {
		return sobek.Undefined()
	}
	m.measure(k)
	return m.wrap(k)
}

// wrap makes a Response of a call. It throws for one without a response if the
// script wants that, or made the mistake itself.
func (m *module) wrap(k *call) sobek.Value {
	last := k.last()
	var foreign *network.Foreign
	if errors.As(last.err, &foreign) {
		m.vu.Refuse(last.method + " " + last.target.url + ": " + foreign.Error())
	}
	if last.err != nil && (m.vu.Test.Options.Throw || last.invalid) {
		m.vu.Throw("%s %s: %s", k.method, k.to.url, last.errorText())
	}
	return m.vu.Runtime.NewDynamicObject(&response{module: m, call: k, hop: last})
}

// asyncRequest is http.asyncRequest: the same, as a promise.
func (m *module) asyncRequest(call sobek.FunctionCall) sobek.Value {
	m.vu.OnlyRunning("http.asyncRequest()")
	k := m.parse(m.method(call.Argument(0)), call.Argument(1), call.Argument(2), call.Argument(3))
	promise, resolve, reject := m.vu.Runtime.NewPromise()
	done, ctx := m.vu.Loop.Begin(), m.vu.Context()
	go func() {
		m.client.send(ctx, k)
		done(func() error {
			var response sobek.Value
			if thrown := m.vu.Runtime.Try(func() { response = m.finish(k) }); thrown != nil {
				return reject(thrown.Value())
			}
			return resolve(response)
		})
	}()
	return m.vu.Runtime.ToValue(promise)
}

// reset is what happens between two iterations.
func (m *module) reset() {
	if m.vu.Test.Options.HTTP.NoVUConnectionReuse {
		m.client.close()
	}
}
