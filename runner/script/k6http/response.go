package k6http

import (
	"crypto/tls"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/grafana/sobek"
)

// response is the Response of a request as a script sees it. Its properties
// are made when they are first read: most scripts look at two.
type response struct {
	module  *module
	request *request
	result  *result
	hop     *hop
	made    map[string]sobek.Value // read or written by the script
}

var _ sobek.DynamicObject = (*response)(nil)

// properties are the keys of a Response, in the order in which it shows them.
var properties = []string{
	"remote_ip", "remote_port", "url", "status", "status_text", "proto", "headers", "cookies", "body",
	"timings", "tls_version", "tls_cipher_suite", "error", "error_code", "request",
}

// Get implements sobek.DynamicObject.
func (r *response) Get(key string) sobek.Value {
	if key == "status" && r.made == nil {
		return r.module.vu.Runtime.ToValue(r.hop.status)
	}
	if v, ok := r.made[key]; ok {
		return v
	}
	v := r.make(key)
	if v != nil {
		r.Set(key, v)
	}
	return v
}

// Set implements sobek.DynamicObject.
func (r *response) Set(key string, v sobek.Value) bool {
	if r.made == nil {
		r.made = make(map[string]sobek.Value, 4)
	}
	r.made[key] = v
	return true
}

// Has implements sobek.DynamicObject.
func (r *response) Has(key string) bool {
	_, ok := r.made[key]
	return ok || slices.Contains(properties, key)
}

// Delete implements sobek.DynamicObject.
func (r *response) Delete(key string) bool {
	delete(r.made, key)
	return true
}

// Keys implements sobek.DynamicObject. Methods are not among them, so that a
// Response shows as its data.
func (r *response) Keys() []string { return slices.Clone(properties) }

func (r *response) make(key string) sobek.Value {
	rt, h := r.module.vu.Runtime, r.hop
	switch key {
	case "status":
		return rt.ToValue(h.status)
	case "status_text":
		return rt.ToValue(statusText(h.status))
	case "url":
		return rt.ToValue(h.url)
	case "body":
		return r.body()
	case "timings":
		return r.timings()
	case "headers":
		return r.headers()
	case "cookies":
		return r.cookies()
	case "error":
		return rt.ToValue(h.errorText())
	case "error_code":
		return rt.ToValue(h.errorCode())
	case "proto":
		return rt.ToValue(h.proto)
	case "request":
		return r.sent()
	}
	return r.makeRare(key)
}

// makeRare makes what few scripts ask for.
func (r *response) makeRare(key string) sobek.Value {
	rt, h := r.module.vu.Runtime, r.hop
	switch key {
	case "remote_ip":
		ip, _ := remote(h.trace.remoteAddr())
		return rt.ToValue(ip)
	case "remote_port":
		_, port := remote(h.trace.remoteAddr())
		return rt.ToValue(port)
	case "tls_version":
		return rt.ToValue(tlsVersion(h.tls))
	case "tls_cipher_suite":
		if h.tls == nil {
			return rt.ToValue("")
		}
		return rt.ToValue(tls.CipherSuiteName(h.tls.CipherSuite))
	case "json":
		return r.module.jsonMethod()
	case "html", "clickLink", "submitForm":
		return r.module.pageMethod(key)
	}
	return nil
}

func (r *response) body() sobek.Value {
	rt := r.module.vu.Runtime
	switch {
	case r.request.kind == none || (r.hop.err != nil && r.hop.body == nil):
		return sobek.Null()
	case r.request.kind == binary:
		return rt.ToValue(rt.NewArrayBuffer(r.hop.body))
	}
	return rt.ToValue(string(r.hop.body))
}

func (r *response) timings() sobek.Value {
	t := r.hop.trace.timings(r.hop.ended)
	return r.object([]property{{"duration", t.duration}, {"blocked", t.blocked}, {"connecting", t.connecting},
		{"tls_handshaking", t.tls}, {"sending", t.sending}, {"waiting", t.waiting}, {"receiving", t.receiving}})
}

func (r *response) headers() sobek.Value {
	list := make([]property, 0, len(r.hop.header))
	for k, values := range r.hop.header {
		list = append(list, property{k, strings.Join(values, ", ")})
	}
	slices.SortFunc(list, func(a, b property) int { return strings.Compare(a.key, b.key) })
	return r.object(list)
}

func (r *response) cookies() sobek.Value {
	byName := make(map[string][]any)
	var list []property
	for _, c := range (&http.Response{Header: r.hop.header}).Cookies() {
		if byName[c.Name] == nil {
			list = append(list, property{key: c.Name})
		}
		byName[c.Name] = append(byName[c.Name], r.object([]property{{"name", c.Name}, {"value", c.Value},
			{"domain", c.Domain}, {"path", c.Path}, {"httpOnly", c.HttpOnly}, {"secure", c.Secure},
			{"maxAge", c.MaxAge}, {"expires", c.Expires.UnixMilli()}}))
	}
	for i := range list {
		list[i].value = r.module.vu.Runtime.NewArray(byName[list[i].key]...)
	}
	return r.object(list)
}

// sent is the request as it was sent.
func (r *response) sent() sobek.Value {
	rt := r.module.vu.Runtime
	var headers []property
	for k, values := range r.request.header {
		list := make([]any, len(values))
		for i, v := range values {
			list[i] = v
		}
		headers = append(headers, property{k, rt.NewArray(list...)})
	}
	slices.SortFunc(headers, func(a, b property) int { return strings.Compare(a.key, b.key) })
	return r.object([]property{{"method", r.hop.method}, {"url", r.hop.url},
		{"headers", r.object(headers)}, {"body", string(r.request.body)}})
}

type property struct {
	key   string
	value any
}

func (r *response) object(list []property) *sobek.Object {
	o := r.module.vu.Runtime.NewObject()
	for _, p := range list {
		if err := o.Set(p.key, p.value); err != nil {
			r.module.vu.Throw("make property %s of a response: %v", p.key, err)
		}
	}
	return o
}

func statusText(status int) string {
	if status == 0 {
		return ""
	}
	return strings.TrimSpace(strings.Join([]string{itoa(status), http.StatusText(status)}, " "))
}

func remote(a net.Addr) (ip string, port int) {
	if t, ok := a.(*net.TCPAddr); ok {
		return t.IP.String(), t.Port
	}
	return "", 0
}

func tlsVersion(s *tls.ConnectionState) string {
	if s == nil {
		return ""
	}
	return strings.ToLower(strings.ReplaceAll(tls.VersionName(s.Version), " ", ""))
}
