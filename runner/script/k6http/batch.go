package k6http

import (
	"strconv"
	"sync"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// batch sends several requests side by side and waits for all. The result
// has the shape of the argument: an array, or an object with the same keys.
func (m *module) batch(args sobek.FunctionCall) sobek.Value {
	m.vu.OnlyRunning("http.batch()")
	if vu.Absent(args.Argument(0)) {
		m.vu.Throw("http.batch() needs an array or an object of requests")
	}
	in := args.Argument(0).ToObject(m.vu.Runtime)
	keys := in.Keys()
	calls := make([]*call, len(keys))
	for i, k := range keys {
		calls[i] = m.parseEntry(k, in.Get(k))
	}
	m.sendAll(calls)
	if m.vu.Interrupt() {
		return sobek.Undefined()
	}
	for _, k := range calls {
		m.measure(k) // all, before the first failure throws
	}
	out := m.vu.Runtime.NewObject()
	if in.ClassName() == "Array" {
		out = m.vu.Runtime.NewArray()
	}
	for i, k := range keys {
		if err := out.Set(k, m.wrap(calls[i])); err != nil {
			m.vu.Throw("http.batch(): %v", err)
		}
	}
	return out
}

// parseEntry reads one request of a batch: a URL, [method, url, body, params]
// or an object of these.
func (m *module) parseEntry(key string, v sobek.Value) *call {
	o, ok := v.(*sobek.Object)
	if !ok {
		return m.parse("GET", v, nil, nil)
	}
	if _, made := o.Export().(*template); made {
		return m.parse("GET", v, nil, nil)
	}
	names := []string{"method", "url", "body", "params"}
	if o.ClassName() == "Array" {
		for i := range names {
			names[i] = strconv.Itoa(i)
		}
	}
	method := o.Get(names[0])
	if vu.Absent(method) {
		method = m.vu.Runtime.ToValue("GET")
	}
	if vu.Absent(o.Get(names[1])) {
		m.vu.Throw("http.batch(): request %s has no URL", key)
	}
	return m.parse(m.method(method), o.Get(names[1]), o.Get(names[2]), o.Get(names[3]))
}

// sendAll sends the requests with at most the options batch at once, and
// batchPerHost to one host.
func (m *module) sendAll(calls []*call) {
	o, ctx := m.vu.Test.Options.HTTP, m.vu.Bound()
	all := make(chan struct{}, o.Batch)
	hosts := make(map[string]chan struct{})
	var wg sync.WaitGroup
	for _, k := range calls {
		host := hosts[k.to.authority]
		if host == nil && o.BatchPerHost > 0 {
			host = make(chan struct{}, o.BatchPerHost)
			hosts[k.to.authority] = host
		}
		wg.Go(func() {
			if host != nil {
				host <- struct{}{}
				defer func() { <-host }()
			}
			all <- struct{}{}
			defer func() { <-all }()
			m.client.send(ctx, k)
		})
	}
	wg.Wait()
}
