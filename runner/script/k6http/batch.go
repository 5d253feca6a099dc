package k6http

import (
	"net/url"
	"strconv"
	"sync"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// batch sends several requests side by side and waits for all. The result
// has the shape of the argument: an array, or an object with the same keys.
func (m *module) batch(call sobek.FunctionCall) sobek.Value {
	m.vu.OnlyRunning("http.batch()")
	if vu.Absent(call.Argument(0)) {
		m.vu.Throw("http.batch() needs an array or an object of requests")
	}
	in := call.Argument(0).ToObject(m.vu.Runtime)
	keys := in.Keys()
	requests := make([]*request, len(keys))
	for i, k := range keys {
		requests[i] = m.parseEntry(k, in.Get(k))
	}
	results := m.sendAll(requests)
	out := m.vu.Runtime.NewObject()
	if in.ClassName() == "Array" {
		out = m.vu.Runtime.NewArray()
	}
	for i, k := range keys {
		if err := out.Set(k, m.finish(requests[i], results[i])); err != nil {
			m.vu.Throw("http.batch(): %v", err)
		}
	}
	return out
}

// parseEntry reads one request of a batch: a URL, [method, url, body, params]
// or an object of these.
func (m *module) parseEntry(key string, v sobek.Value) *request {
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
	return m.parse(method.String(), o.Get(names[1]), o.Get(names[2]), o.Get(names[3]))
}

// sendAll sends the requests with at most the options batch at once, and
// batchPerHost to one host.
func (m *module) sendAll(requests []*request) []*result {
	o := m.vu.Test.Options.HTTP
	all := make(chan struct{}, o.Batch)
	hosts := make(map[string]chan struct{})
	results := make([]*result, len(requests))
	var wg sync.WaitGroup
	for i, r := range requests {
		host := m.hostSlots(hosts, r, o.BatchPerHost)
		wg.Go(func() {
			if host != nil {
				host <- struct{}{}
				defer func() { <-host }()
			}
			all <- struct{}{}
			defer func() { <-all }()
			results[i] = m.client.send(m.vu.Context(), r)
		})
	}
	wg.Wait()
	return results
}

// hostSlots returns the slots of the host of r; nil: there is no limit.
func (m *module) hostSlots(hosts map[string]chan struct{}, r *request, limit int) chan struct{} {
	u, err := url.Parse(r.url)
	if err != nil || limit == 0 {
		return nil
	}
	if hosts[u.Host] == nil {
		hosts[u.Host] = make(chan struct{}, limit)
	}
	return hosts[u.Host]
}
