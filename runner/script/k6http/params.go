package k6http

import (
	"maps"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/option"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// params are the keys that the parameters of a request may have.
var params = []string{
	"auth", "compression", "cookies", "headers", "jar", "redirects", "responseCallback", "responseType", "tags", "timeout",
}

func (m *module) parseParams(k *call, o *sobek.Object) {
	for _, key := range o.Keys() {
		if !slices.Contains(params, key) {
			m.vu.Test.WarnOnce("http: params." + key + " is not known and has no effect: there are " + strings.Join(params, ", "))
			continue
		}
		if v := o.Get(key); v != nil && !sobek.IsUndefined(v) {
			m.parseParam(k, key, v)
		}
	}
}

func (m *module) parseParam(k *call, key string, v sobek.Value) {
	if key == "responseCallback" { // null means something here
		k.expect = m.statuses(v)
		return
	}
	if vu.Absent(v) {
		return
	}
	switch key {
	case "headers":
		m.parseHeaders(k, v.ToObject(m.vu.Runtime))
	case "cookies":
		m.parseCookies(k, v.ToObject(m.vu.Runtime))
	case "tags":
		m.parseTags(k, v)
	case "jar":
		k.jar = JarOf(m.vu, v)
	case "auth":
		m.parseAuth(k, v.String())
	case "compression":
		m.compress(k, v.String())
	case "redirects":
		k.redirects = max(0, int(v.ToInteger()))
	case "responseType":
		k.kind = m.bodyKind(v.String())
	case "timeout":
		k.timeout = m.timeout(v)
	}
}

func (m *module) parseHeaders(k *call, headers *sobek.Object) {
	keys := headers.Keys()
	k.header = slices.Grow(k.header, len(keys)+1)
	for _, key := range keys {
		v, name := headers.Get(key), textproto.CanonicalMIMEHeaderKey(key)
		switch {
		case vu.Absent(v):
		case name == "Content-Length" || name == "Transfer-Encoding": // two of them would contradict each other
			m.vu.Test.WarnOnce("http: the header field " + name + " follows from the body: the script's is not sent")
		default:
			k.header = append(k.header, field{name, v.String()})
		}
	}
}

// parseCookies reads {name: value} and {name: {value, replace}}.
func (m *module) parseCookies(k *call, cookies *sobek.Object) {
	for _, name := range cookies.Keys() {
		v, replace := cookies.Get(name), false
		if o, ok := v.(*sobek.Object); ok {
			v = o.Get("value")
			replace = !vu.Absent(o.Get("replace")) && o.Get("replace").ToBoolean()
		}
		if !vu.Absent(v) {
			k.cookies = append(k.cookies, cookie{name, v.String(), replace})
		}
	}
}

func (m *module) parseTags(k *call, v sobek.Value) {
	k.tags = m.vu.ExportTags(v)
	if name, ok := k.tags["name"]; ok {
		k.name = name
		k.tags = maps.Clone(k.tags)
		delete(k.tags, "name")
	}
}

func (m *module) parseAuth(k *call, kind string) {
	switch kind {
	case "basic", "digest":
		k.auth = kind
	case "ntlm":
		m.vu.Throw("http: params.auth \"ntlm\" is not supported: there are basic and digest")
	default:
		m.vu.Throw("http: params.auth %q is neither basic nor digest", kind)
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
