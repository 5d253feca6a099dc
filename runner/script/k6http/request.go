package k6http

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/option"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// defaultTimeout is the timeout of a request that sets none.
const defaultTimeout = time.Minute

// request is what a script asked for. It does not change once it is parsed.
type request struct {
	method    string
	url       string
	name      string // the tag name; "" if the script gave none
	header    http.Header
	host      string // the header Host, if the script set it
	body      []byte
	timeout   time.Duration
	redirects int
	tags      map[string]string
	group     string
	due       time.Time // zero: when it starts
	metered   bool      // it is part of the load, not of setup or teardown
	kind      bodyKind
	expect    *statuses
}

// bodyKind is what a script wants the body of a response as.
type bodyKind int

const (
	text bodyKind = iota
	binary
	none
)

// parse reads the arguments of a request. A mistake throws.
func (m *module) parse(method string, target, body, params sobek.Value) *request {
	o := &m.vu.Test.Options.HTTP
	r := &request{method: strings.ToUpper(method), timeout: defaultTimeout, redirects: o.MaxRedirects,
		expect: m.expect, group: m.vu.Group, metered: m.vu.Scenario != nil}
	if o.DiscardResponseBodies {
		r.kind = none
	}
	m.parseURL(r, target)
	var contentType string
	r.body, contentType = m.parseBody(body)
	if !vu.Absent(params) {
		m.parseParams(r, params.ToObject(m.vu.Runtime))
	}
	if r.header == nil {
		r.header = make(http.Header, 2)
	}
	if _, set := r.header["Content-Type"]; !set && contentType != "" {
		r.header.Set("Content-Type", contentType)
	}
	if _, set := r.header["User-Agent"]; !set {
		r.header.Set("User-Agent", o.UserAgent)
	}
	r.due, m.vu.Due = m.vu.Due, time.Time{}
	return r
}

// parseURL reads a URL: a string, or what http.url made.
func (m *module) parseURL(r *request, target sobek.Value) {
	if vu.Absent(target) {
		m.vu.Throw("http: the URL is missing")
	}
	if o, ok := target.(*sobek.Object); ok {
		if t, ok := o.Export().(*template); ok {
			r.url, r.name = t.url, t.name
			return
		}
	}
	r.url = target.String()
}

// parseBody reads a body: a string, an ArrayBuffer or a view of one, or an
// object, which is sent as a form.
func (m *module) parseBody(body sobek.Value) (b []byte, contentType string) {
	if vu.Absent(body) {
		return nil, ""
	}
	o, ok := body.(*sobek.Object)
	if !ok {
		return []byte(body.String()), ""
	}
	switch v := o.Export().(type) {
	case sobek.ArrayBuffer:
		return append([]byte(nil), v.Bytes()...), ""
	case []byte:
		return append([]byte(nil), v...), ""
	case string:
		return []byte(v), ""
	}
	form := make(url.Values)
	for _, k := range o.Keys() {
		v := o.Get(k)
		switch list, isList := v.(*sobek.Object); {
		case vu.Absent(v):
			form.Add(k, "")
		case isList && list.ClassName() == "Array":
			m.vu.Runtime.ForOf(list, func(e sobek.Value) bool { form.Add(k, e.String()); return true })
		default:
			form.Add(k, v.String())
		}
	}
	return []byte(form.Encode()), "application/x-www-form-urlencoded"
}

// notSupported are the params of k6 that change what a request does and are
// not there yet. To ignore them would be to measure something else.
var notSupported = []string{"auth", "compression", "jar"}

func (m *module) parseParams(r *request, params *sobek.Object) {
	for _, name := range notSupported {
		if !vu.Absent(params.Get(name)) {
			m.vu.Throw("http: params.%s is not supported yet", name)
		}
	}
	m.parseHeaders(r, params)
	r.tags = m.vu.ExportTags(params.Get("tags"))
	if name, ok := r.tags["name"]; ok {
		r.name = name
		r.tags = maps.Clone(r.tags)
		delete(r.tags, "name")
	}
	if v := params.Get("timeout"); !vu.Absent(v) {
		r.timeout = m.timeout(v)
	}
	if v := params.Get("redirects"); !vu.Absent(v) {
		r.redirects = int(v.ToInteger())
	}
	if v := params.Get("responseType"); !vu.Absent(v) {
		r.kind = m.bodyKind(v.String())
	}
	if v := params.Get("responseCallback"); v != nil && !sobek.IsUndefined(v) {
		r.expect = m.statuses(v)
	}
}

func (m *module) parseHeaders(r *request, params *sobek.Object) {
	r.header = make(http.Header, 4)
	if v := params.Get("headers"); !vu.Absent(v) {
		headers := v.ToObject(m.vu.Runtime)
		for _, k := range headers.Keys() {
			if strings.EqualFold(k, "host") {
				r.host = headers.Get(k).String()
			} else {
				r.header.Set(k, headers.Get(k).String())
			}
		}
	}
	if v := params.Get("cookies"); !vu.Absent(v) {
		m.parseCookies(r, v.ToObject(m.vu.Runtime))
	}
}

// parseCookies reads {name: value} and {name: {value: value}}.
func (m *module) parseCookies(r *request, cookies *sobek.Object) {
	var list []string
	for _, name := range cookies.Keys() {
		v := cookies.Get(name)
		if o, ok := v.(*sobek.Object); ok {
			v = o.Get("value")
		}
		if !vu.Absent(v) {
			list = append(list, (&http.Cookie{Name: name, Value: v.String()}).String())
		}
	}
	if len(list) > 0 {
		r.header.Set("Cookie", strings.Join(list, "; "))
	}
}

func (m *module) timeout(v sobek.Value) time.Duration {
	d, err := option.ParseDuration(v.String())
	if err != nil || d <= 0 {
		m.vu.Throw("http: params.timeout %v is no duration above 0: write it like \"10s\", or as a number of milliseconds", v)
	}
	return d
}

func (m *module) bodyKind(name string) bodyKind {
	switch name {
	case "text":
		return text
	case "binary":
		return binary
	case "none":
		return none
	}
	m.vu.Throw("http: params.responseType %q is none of text, binary, none", name)
	return none
}
