package k6http

import (
	"net/http"
	"net/url"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/cookies"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// cookieJar is http.cookieJar(): the jar of the virtual user.
func (m *module) cookieJar(sobek.FunctionCall) sobek.Value {
	m.vu.OnlyRunning("http.cookieJar()")
	return m.jarObject(&m.vu.Cookies)
}

// newCookieJar is new http.CookieJar().
func (m *module) newCookieJar(sobek.ConstructorCall) *sobek.Object {
	return m.jarObject(&cookies.Jar{})
}

// jarHandle is a jar as a script holds it.
type jarHandle struct{ jar *cookies.Jar }

// jarObject wraps a jar. The methods are those of all jars of a virtual user.
func (m *module) jarObject(j *cookies.Jar) *sobek.Object {
	if m.jarMethods == nil {
		m.jarMethods = m.vu.Runtime.NewObject()
		for name, f := range map[string]func(*cookies.Jar, sobek.FunctionCall) sobek.Value{
			"cookiesForURL": m.cookiesForURL, "set": m.setCookie, "clear": m.clearCookies, "delete": m.deleteCookie,
		} {
			m.define(m.jarMethods, name, func(call sobek.FunctionCall) sobek.Value { return f(JarOf(m.vu, call.This), call) })
		}
	}
	o := m.vu.Runtime.ToValue(&jarHandle{jar: j}).ToObject(m.vu.Runtime)
	if err := o.SetPrototype(m.jarMethods); err != nil {
		m.vu.Throw("make a cookie jar: %v", err)
	}
	return o
}

func (m *module) define(o *sobek.Object, name string, value any) {
	if err := o.Set(name, value); err != nil {
		m.vu.Throw("define %s: %v", name, err)
	}
}

// JarOf is the jar that an object of a script's wraps. Anything else is a
// TypeError.
func JarOf(v *vu.VU, value sobek.Value) *cookies.Jar {
	if o, ok := value.(*sobek.Object); ok {
		if h, ok := o.Export().(*jarHandle); ok {
			return h.jar
		}
	}
	panic(v.Runtime.NewTypeError("%v is no cookie jar: get one with http.cookieJar() or new http.CookieJar()", value))
}

// jarURL reads the URL that a method of a jar is about.
func (m *module) jarURL(v sobek.Value) *url.URL {
	u, err := url.Parse(v.String())
	if err != nil || u.Host == "" {
		m.vu.Throw("cookie jar: %q is no URL: write it like \"https://host/path\"", v.String())
	}
	return u
}

func (m *module) cookiesForURL(j *cookies.Jar, call sobek.FunctionCall) sobek.Value {
	byName := make(map[string][]any)
	var names []string
	for _, c := range j.Cookies(m.jarURL(call.Argument(0))) {
		if byName[c.Name] == nil {
			names = append(names, c.Name)
		}
		byName[c.Name] = append(byName[c.Name], c.Value)
	}
	o := m.vu.Runtime.NewObject()
	for _, name := range names {
		m.define(o, name, m.vu.Runtime.NewArray(byName[name]...))
	}
	return o
}

// setCookie is jar.set(url, name, value, options).
func (m *module) setCookie(j *cookies.Jar, call sobek.FunctionCall) sobek.Value {
	u := m.jarURL(call.Argument(0))
	c := &http.Cookie{Name: call.Argument(1).String(), Value: call.Argument(2).String()}
	if o := call.Argument(3); !vu.Absent(o) {
		m.cookieOptions(c, o.ToObject(m.vu.Runtime))
	}
	if err := c.Valid(); err != nil {
		m.vu.Throw("cookie jar: set %q: %v", c.Name, err)
	}
	j.Set(u, []*http.Cookie{c})
	return m.vu.Runtime.ToValue(true)
}

func (m *module) cookieOptions(c *http.Cookie, o *sobek.Object) {
	for _, key := range o.Keys() {
		v := o.Get(key)
		switch key {
		case "domain":
			c.Domain = v.String()
		case "path":
			c.Path = v.String()
		case "expires":
			t, err := http.ParseTime(v.String())
			if err != nil {
				m.vu.Throw("cookie jar: expires %q is no date: write it like \"Mon, 02 Jan 2006 15:04:05 GMT\"", v.String())
			}
			c.Expires = t
		case "max_age":
			c.MaxAge = int(v.ToInteger())
		case "secure":
			c.Secure = v.ToBoolean()
		case "http_only":
			c.HttpOnly = v.ToBoolean()
		default:
			m.vu.Throw("cookie jar: there is no option %q: there are domain, path, expires, max_age, secure and http_only", key)
		}
	}
}

func (m *module) clearCookies(j *cookies.Jar, call sobek.FunctionCall) sobek.Value {
	j.Remove(m.jarURL(call.Argument(0)), "")
	return sobek.Undefined()
}

func (m *module) deleteCookie(j *cookies.Jar, call sobek.FunctionCall) sobek.Value {
	j.Remove(m.jarURL(call.Argument(0)), call.Argument(1).String())
	return sobek.Undefined()
}
