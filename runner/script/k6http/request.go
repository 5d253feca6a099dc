package k6http

import (
	"fmt"
	"strings"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/cookies"
	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// defaultTimeout is the timeout of a request that sets none.
const defaultTimeout = time.Minute

// request is what a script asked for. It does not change once it is parsed,
// but for digest.
type request struct {
	method    string
	to        *target
	name      string // the tag name; "" if the script gave none
	header    []field
	cookies   []cookie
	body      []byte
	auth      string // "", basic or digest
	digest    *digest
	jar       *cookies.Jar // in place of the virtual user's
	timeout   time.Duration
	redirects int
	tags      map[string]string
	group     string
	due       time.Time // zero: when it starts
	metered   bool      // it is part of the load, not of setup or teardown
	kind      bodyKind
	expect    *statuses
}

// cookie is one that a script gave for one request.
type cookie struct {
	name, value string
	replace     bool
}

// replaces tells whether a cookie of the request takes the place of those of
// its name in the jar.
func (r *request) replaces(name string) bool {
	for _, c := range r.cookies {
		if c.replace && c.name == name {
			return true
		}
	}
	return false
}

func (r *request) has(name string) bool {
	for i := range r.header {
		if r.header[i].name == name {
			return true
		}
	}
	return false
}

// bodyKind is what a script wants the body of a response as.
type bodyKind int

const (
	text bodyKind = iota
	binary
	none
)

// parse reads the arguments of a request. A mistake throws.
func (m *module) parse(method string, target, body, params sobek.Value) *call {
	o := &m.vu.Test.Options.HTTP
	k := &call{request: request{method: method, timeout: defaultTimeout, redirects: o.MaxRedirects,
		expect: m.expect, group: m.vu.Group, metered: m.vu.Scenario != nil}}
	if o.DiscardResponseBodies {
		k.kind = none
	}
	m.parseURL(k, target)
	contentType := ""
	if !vu.Absent(body) {
		k.body, contentType = m.parseBody(body)
	}
	if !vu.Absent(params) {
		m.parseParams(k, params.ToObject(m.vu.Runtime))
	}
	if contentType != "" && !k.has("Content-Type") {
		k.header = append(k.header, field{"Content-Type", contentType})
	}
	k.due, m.vu.Due = m.vu.Due, time.Time{}
	return k
}

// method reads the name of a method.
func (m *module) method(v sobek.Value) string {
	name := strings.ToUpper(v.String())
	if vu.Absent(v) || name == "" || strings.Trim(name, tokenCharacters) != "" {
		panic(m.vu.Runtime.NewTypeError("http: %q is no method", v.String()))
	}
	return name
}

// parseURL reads a URL: a string, or what http.url made.
func (m *module) parseURL(k *call, target sobek.Value) {
	if vu.Absent(target) {
		m.vu.Throw("http: the URL is missing")
	}
	raw := ""
	if o, ok := target.(*sobek.Object); ok {
		if t, ok := o.Export().(*template); ok {
			raw, k.name = t.url, t.name
		}
	}
	if raw == "" {
		raw = target.String()
	}
	var err error
	if k.to, err = m.client.shared.targets.find(raw, m.vu.Test.Network); err != nil {
		m.unsendable(k, raw, err)
	}
}

// unsendable makes of a call to a URL that nothing can be sent to one that has
// failed already.
func (m *module) unsendable(k *call, raw string, err error) {
	now := time.Now()
	k.to = &target{url: raw}
	k.first = hop{request: &k.request, method: k.method, target: k.to, err: err, due: now, started: now, ended: now}
	if m.client.shared.warned.CompareAndSwap(false, true) {
		m.vu.Test.Warn(fmt.Sprintf("%s %s: %v (others like it are not told again)", k.method, raw, err))
	}
}

// endpoint is what the requests of a hop count for.
func (h *hop) endpoint(t *vu.Test) *metric.Endpoint {
	switch {
	case h.request.name != "":
		return t.Endpoint(h.request.name)
	case h.target.parsed == nil:
		return t.Endpoint(fmt.Sprintf("%s (invalid URL)", h.method))
	}
	return h.target.endpoint(t, h.method)
}
