package metric

import "slices"

// MaxEndpoints bounds the endpoints that a test keeps apart.
const MaxEndpoints = 500

// OtherEndpoints is the name that the endpoints beyond MaxEndpoints share.
const OtherEndpoints = "(other URLs)"

// Endpoint is one thing that requests are sent to, as a person names it.
type Endpoint struct {
	Name string
	slot int
}

// EndpointValues are the statistics of an endpoint.
type EndpointValues struct {
	Name             string
	Requests, Failed uint64
	Service          Values // ended - started, in milliseconds
	Response         Values // ended - due, in milliseconds; without samples in a closed model
}

type endpointValues struct {
	requests, failed  uint64
	service, response Values
}

// Endpoint returns the endpoint of that name. Beyond MaxEndpoints different
// ones all others share one: a URL with an id in it would make one per
// request. capped is true when the name was the first that found no place.
func (r *Registry) Endpoint(name string) (e *Endpoint, capped bool) {
	if known, ok := r.endpoints.Load(name); ok {
		e, _ = known.(*Endpoint)
		return e, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.seen) >= MaxEndpoints {
		name = OtherEndpoints
	}
	if known, ok := r.endpoints.Load(name); ok {
		e, _ = known.(*Endpoint)
		return e, false
	}
	e = &Endpoint{Name: name, slot: len(r.seen)}
	r.seen = append(r.seen, e)
	r.endpoints.Store(name, e)
	return e, len(r.seen) > MaxEndpoints
}

// Outcome is what one request came to.
type Outcome struct {
	Failed   bool
	Service  float64 // ended - started, in milliseconds
	Response float64 // ended - due, in milliseconds
	Due      bool    // a schedule said when it was due
}

// count counts a request to e.
func (s *Shard) count(e *Endpoint, o Outcome) {
	if missing := e.slot + 1 - len(s.endpoints); missing > 0 {
		s.endpoints = append(s.endpoints, make([]endpointValues, missing)...)
	}
	v := &s.endpoints[e.slot]
	v.requests++
	if o.Failed {
		v.failed++
	}
	v.service.trend(o.Service)
	if o.Due {
		v.response.trend(o.Response)
	}
}

// Endpoints returns the statistics of all endpoints with requests, in the
// order in which they were first seen.
func (r *Registry) Endpoints() []EndpointValues {
	r.mu.Lock()
	all := make([]EndpointValues, len(r.seen))
	for i, e := range r.seen {
		all[i].Name = e.Name
	}
	r.mu.Unlock()
	for _, s := range r.shards {
		s.mu.Lock()
		for i := range min(len(s.endpoints), len(all)) {
			v := &s.endpoints[i]
			all[i].Requests += v.requests
			all[i].Failed += v.failed
			all[i].Service.merge(&v.service)
			all[i].Response.merge(&v.response)
		}
		s.mu.Unlock()
	}
	return slices.DeleteFunc(all, func(v EndpointValues) bool { return v.Requests == 0 })
}
