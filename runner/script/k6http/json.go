package k6http

import (
	"strconv"
	"strings"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

func itoa(n int) string { return strconv.Itoa(n) }

// jsonMethod is Response.json, the same function for all responses of a
// virtual user.
func (m *module) jsonMethod() sobek.Value {
	if m.json == nil {
		m.json = m.vu.Runtime.ToValue(func(call sobek.FunctionCall) sobek.Value {
			o, _ := call.This.(*sobek.Object)
			if o == nil {
				m.vu.Throw("json() must be called on a response")
			}
			r, ok := o.Export().(*response)
			if !ok {
				m.vu.Throw("json() must be called on a response")
			}
			return r.json(call.Argument(0))
		})
	}
	return m.json
}

// json parses the body, and picks a part of it by a path such as "user.0.name".
func (r *response) json(selector sobek.Value) sobek.Value {
	v := r.module.vu
	if r.hop.body == nil {
		v.Throw("json(): the response to %s %s has no body (status %d, error %q)", r.hop.method, r.hop.url, r.hop.status, r.hop.errorText())
	}
	value, err := v.ParseJSON(string(r.hop.body))
	if err != nil {
		v.Throw("json(): the body of %s %s is no JSON: %v", r.hop.method, r.hop.url, vu.Explain(err))
	}
	if vu.Absent(selector) {
		return value
	}
	path := selector.String()
	if strings.ContainsAny(path, "*?|@\\(){}[]!\"'") {
		v.Throw("json(%q): only keys, indexes and # are supported in a selector", path)
	}
	return r.pick(value, path)
}

// pick follows a path of keys and indexes; # is the length of an array, or,
// in the middle of a path, each of its elements.
func (r *response) pick(value sobek.Value, path string) sobek.Value {
	if path == "" {
		return value
	}
	key, rest, _ := strings.Cut(path, ".")
	o, ok := value.(*sobek.Object)
	switch {
	case !ok:
		return sobek.Undefined()
	case key != "#":
		return r.pick(o.Get(key), rest)
	case o.ClassName() != "Array":
		return sobek.Undefined()
	case rest == "":
		return o.Get("length")
	}
	list := []any{}
	r.module.vu.Runtime.ForOf(o, func(e sobek.Value) bool {
		if picked := r.pick(e, rest); picked != nil && !sobek.IsUndefined(picked) {
			list = append(list, picked)
		}
		return true
	})
	return r.module.vu.Runtime.NewArray(list...)
}
