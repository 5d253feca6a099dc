package jslib

import (
	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
	"github.com/artisan-platform/headroom/runner/script/weburl"
)

// urlModule has what the classes URL and URLSearchParams are made of. A URL is
// known by its href alone, which holds all of it.
func urlModule() vu.Module {
	return vu.Module{
		Name:    "headroom/url",
		Exports: []string{"parse", "change", "parseForm", "formatForm", "wellFormed"},
		New: func(v *vu.VU) func(string) any {
			u := urls{v}
			return func(name string) any { return u.function(name) }
		},
	}
}

type urls struct{ vu *vu.VU }

func (u urls) function(name string) func(sobek.FunctionCall) sobek.Value {
	switch name {
	case "parse":
		return u.parse
	case "change":
		return u.change
	case "parseForm":
		return u.parseForm
	case "formatForm":
		return u.formatForm
	}
	return u.wellFormed
}

// parse(url, base) gives the properties of a URL, or null if it is none.
func (u urls) parse(call sobek.FunctionCall) sobek.Value {
	var base *weburl.URL
	if b := call.Argument(1); !vu.Absent(b) {
		var ok bool
		if base, ok = weburl.Parse(b.String(), nil); !ok {
			return sobek.Null()
		}
	}
	parsed, ok := weburl.Parse(call.Argument(0).String(), base)
	if !ok {
		return sobek.Null()
	}
	return u.properties(parsed)
}

// change(href, property, value) gives the properties of the changed URL.
func (u urls) change(call sobek.FunctionCall) sobek.Value {
	parsed, ok := weburl.Parse(call.Argument(0).String(), nil)
	if !ok || !parsed.Set(call.Argument(1).String(), call.Argument(2).String()) {
		u.vu.Throw("the property %s of %q cannot be set", call.Argument(1), call.Argument(0))
	}
	return u.properties(parsed)
}

func (u urls) properties(p *weburl.URL) sobek.Value {
	o := u.vu.Runtime.NewObject()
	for _, m := range []struct{ name, value string }{
		{"href", p.Href()}, {"origin", p.Origin()}, {"protocol", p.Protocol()}, {"username", p.Username()}, {"password", p.Password()},
		{"host", p.Host()}, {"hostname", p.Hostname()}, {"port", p.Port()}, {"pathname", p.Pathname()}, {"search", p.Search()}, {"hash", p.Hash()},
	} {
		if err := o.Set(m.name, m.value); err != nil {
			panic(err) // a plain object takes any property
		}
	}
	return o
}

// parseForm(text) gives an array of [name, value].
func (u urls) parseForm(call sobek.FunctionCall) sobek.Value {
	list := weburl.ParseForm(call.Argument(0).String())
	pairs := make([]any, len(list))
	for i, p := range list {
		pairs[i] = u.vu.Runtime.NewArray(p.Name, p.Value)
	}
	return u.vu.Runtime.NewArray(pairs...)
}

// formatForm([name, value, name, value ...]) writes them.
func (u urls) formatForm(call sobek.FunctionCall) sobek.Value {
	var flat []string
	if err := u.vu.Runtime.ExportTo(call.Argument(0), &flat); err != nil {
		u.vu.Throw("write URL parameters: %v", err)
	}
	list := make([]weburl.Pair, len(flat)/2)
	for i := range list {
		list[i] = weburl.Pair{Name: flat[2*i], Value: flat[2*i+1]}
	}
	return u.vu.Runtime.ToValue(weburl.FormatForm(list))
}

// wellFormed(text) replaces halves of characters, as the Web IDL's USVString
// does.
func (u urls) wellFormed(call sobek.FunctionCall) sobek.Value {
	return u.vu.Runtime.ToValue(call.Argument(0).String())
}
