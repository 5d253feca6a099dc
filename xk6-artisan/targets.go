package artisan

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/grafana/sobek"
	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/vegetaload"
)

// targets reads what is requested, in turn: an array of {method, url, header,
// body} and of URLs, a function that returns one, or {file, format} of a file
// of vegeta's.
func (o options) targets(t *turns) vegeta.Targeter {
	v := o.get("targets")
	object, ok := v.(*sobek.Object)
	switch {
	case !ok:
		o.wrong("targets", "an array, a function, or {file, format}")
	case object.ClassName() == "Array":
		return o.targetList(object)
	}
	if f, ok := sobek.AssertFunction(object); ok {
		return (&generator{m: o.m, f: f, turns: t}).next
	}
	return o.targetFile(object)
}

func (o options) targetList(list *sobek.Object) vegeta.Targeter {
	var all []vegeta.Target
	o.m.vu.Runtime().ForOf(list, func(v sobek.Value) bool {
		t, err := o.m.target(fmt.Sprintf("%s: targets[%d]", o.where, len(all)), v)
		if err != nil {
			o.m.typeError("%v", err)
		}
		all = append(all, t)
		return true
	})
	if len(all) == 0 {
		o.m.typeError("%s: targets is empty: give at least one, such as {url: \"http://127.0.0.1:8000/health\"}", o.where)
	}
	return vegeta.NewStaticTargeter(all...)
}

// target reads one target: a URL, or an object.
func (m *Module) target(where string, v sobek.Value) (vegeta.Target, error) {
	t := vegeta.Target{Method: http.MethodGet, Header: http.Header{}}
	if s, ok := v.Export().(string); ok {
		t.URL = s
		return t, m.checkTarget(where, &t)
	}
	if _, ok := v.(*sobek.Object); !ok {
		return t, fmt.Errorf("%s must be a URL or {method, url, header, body}, and is %s", where, describe(v))
	}
	o := m.options(where, v, "method", "url", "header", "body")
	t.Method = strings.ToUpper(o.text("method", http.MethodGet))
	t.URL = o.text("url", "")
	for name, value := range o.tags("header") {
		t.Header.Set(name, value)
	}
	if o.has("body") {
		b, err := m.bytes(o.get("body"))
		if err != nil {
			return t, fmt.Errorf("%s: body %w", where, err)
		}
		t.Body = b
	}
	return t, m.checkTarget(where, &t)
}

// bytes are those that a script gave: a string, an ArrayBuffer or a view of
// one, or an object, which is sent as JSON.
func (m *Module) bytes(v sobek.Value) ([]byte, error) {
	switch x := v.Export().(type) {
	case string:
		return []byte(x), nil
	case sobek.ArrayBuffer:
		return bytes.Clone(x.Bytes()), nil
	case []byte:
		return bytes.Clone(x), nil
	}
	if o, ok := v.(*sobek.Object); ok {
		return o.MarshalJSON()
	}
	return nil, fmt.Errorf("must be a string, bytes or an object, and is %s", describe(v))
}

// checkTarget refuses what cannot be sent, and hosts that may not be loaded.
func (m *Module) checkTarget(where string, t *vegeta.Target) error {
	u, err := url.Parse(t.URL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("%s: url %q is no URL to send a request to: write it like \"http://127.0.0.1:8000/path\"", where, t.URL)
	}
	if !spec.HostAllowed(u.Hostname(), m.ext.cfg.AllowHosts) {
		return fmt.Errorf("%s: host %q is not this machine; allow it with --allow-host %s if it is yours to load", where, u.Hostname(), u.Hostname())
	}
	if _, err := t.Request(); err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	if err := vegetaload.CheckHeader(t.Header); err != nil {
		return fmt.Errorf("%s: header: %w", where, err)
	}
	return nil
}
