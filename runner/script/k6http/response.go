package k6http

import (
	"crypto/tls"
	"net/textproto"
	"slices"
	"strings"

	"github.com/grafana/sobek"
)

// response is the Response of a request as a script sees it. Its properties
// are made when they are first read: most scripts look at two.
type response struct {
	module  *module
	call    *call
	hop     *hop
	timings *sobek.Object
	made    map[string]sobek.Value // what else was read or written
	valid   bool                   // the body is known to be JSON
	parsed  sobek.Value            // the whole body, once json() was called
}

var _ sobek.DynamicObject = (*response)(nil)

// properties are the keys of a Response, in the order in which it shows them.
var properties = []string{
	"remote_ip", "remote_port", "url", "status", "status_text", "proto", "headers", "cookies", "body",
	"timings", "tls_version", "tls_cipher_suite", "ocsp", "error", "error_code", "request",
}

// Get implements sobek.DynamicObject.
func (r *response) Get(key string) sobek.Value {
	if r.made != nil {
		if v, ok := r.made[key]; ok {
			return v
		}
	}
	switch key {
	case "status":
		return r.module.vu.Runtime.ToValue(r.hop.res.Status)
	case "timings":
		if r.timings == nil {
			r.timings = r.module.vu.Runtime.NewDynamicObject(&responseTimings{vu: r.module.vu, hop: r.hop})
		}
		return r.timings
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
	case "status_text":
		return rt.ToValue(h.res.StatusText())
	case "url":
		return rt.ToValue(h.target.url)
	case "body":
		return r.body()
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
		ip, _ := h.remoteAddr()
		return rt.ToValue(ip)
	case "remote_port":
		_, port := h.remoteAddr()
		return rt.ToValue(port)
	case "tls_version":
		return rt.ToValue(tlsVersion(h.tls))
	case "tls_cipher_suite":
		if h.tls == nil {
			return rt.ToValue("")
		}
		return rt.ToValue(tls.CipherSuiteName(h.tls.CipherSuite))
	case "ocsp":
		return r.ocsp()
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
	case r.call.kind == none || r.hop.res.Body == nil:
		return sobek.Null()
	case r.call.kind == binary:
		return rt.ToValue(rt.NewArrayBuffer(slices.Clone(r.hop.res.Body)))
	}
	return rt.ToValue(string(r.hop.res.Body))
}

// headers are the fields by their canonical names; those of the same name are
// joined.
func (r *response) headers() sobek.Value {
	var list []property
	for name, value := range r.hop.res.Fields() {
		key := textproto.CanonicalMIMEHeaderKey(string(name))
		if i := slices.IndexFunc(list, func(p property) bool { return p.key == key }); i >= 0 {
			list[i].value = list[i].value.(string) + ", " + string(value)
		} else {
			list = append(list, property{key, string(value)})
		}
	}
	slices.SortFunc(list, func(a, b property) int { return strings.Compare(a.key, b.key) })
	return r.object(list)
}

// cookies are those that the response sets, by name.
func (r *response) cookies() sobek.Value {
	byName := make(map[string][]any)
	var list []property
	for _, c := range r.hop.setCookies() {
		if byName[c.Name] == nil {
			list = append(list, property{key: c.Name})
		}
		expires := int64(0)
		if !c.Expires.IsZero() {
			expires = c.Expires.UnixMilli()
		}
		byName[c.Name] = append(byName[c.Name], r.object([]property{{"name", c.Name}, {"value", c.Value},
			{"domain", c.Domain}, {"path", c.Path}, {"httpOnly", c.HttpOnly}, {"secure", c.Secure},
			{"maxAge", c.MaxAge}, {"expires", expires}}))
	}
	for i := range list {
		list[i].value = r.module.vu.Runtime.NewArray(byName[list[i].key]...)
	}
	return r.object(list)
}

// sent is the request as it was sent.
func (r *response) sent() sobek.Value {
	rt := r.module.vu.Runtime
	values := make(map[string][]any)
	var headers, cookies []property
	for _, f := range r.hop.sent {
		if values[f.name] == nil {
			headers = append(headers, property{key: f.name})
		}
		values[f.name] = append(values[f.name], f.value)
	}
	for i := range headers {
		headers[i].value = rt.NewArray(values[headers[i].key]...)
	}
	for _, c := range r.call.cookies {
		cookies = append(cookies, property{c.name, rt.NewArray(
			r.object([]property{{"name", c.name}, {"value", c.value}, {"replace", c.replace}}))})
	}
	slices.SortFunc(headers, func(a, b property) int { return strings.Compare(a.key, b.key) })
	return r.object([]property{{"method", r.hop.method}, {"url", r.hop.target.url},
		{"headers", r.object(headers)}, {"body", string(r.call.body)}, {"cookies", r.object(cookies)}})
}

type property struct {
	key   string
	value any
}

func (r *response) object(list []property) *sobek.Object {
	o := r.module.vu.Runtime.NewObject()
	for _, p := range list {
		r.module.define(o, p.key, p.value)
	}
	return o
}

func tlsVersion(s *tls.ConnectionState) string {
	if s == nil {
		return ""
	}
	return strings.ToLower(strings.ReplaceAll(tls.VersionName(s.Version), " ", ""))
}
