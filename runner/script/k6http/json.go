package k6http

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/grafana/sobek"
	"github.com/tidwall/gjson"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

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

// json is the body as a value, or what a selector in GJSON syntax picks of it,
// undefined if that is nothing. The whole body is parsed once.
func (r *response) json(selector sobek.Value) sobek.Value {
	v := r.module.vu
	if r.hop.res.Body == nil {
		v.Throw("json(): the response to %s %s has no body (status %d, error %q)", r.hop.method, r.hop.target.url, r.hop.res.Status, r.hop.errorText())
	}
	path := ""
	if !vu.Absent(selector) {
		path = selector.String()
	}
	if r.parsed != nil && path == "" {
		return r.parsed
	}
	if err := r.checkJSON(path); err != nil {
		v.Throw("json(): the body of %s %s is no JSON: %v", r.hop.method, r.hop.target.url, err)
	}
	if path != "" {
		return r.pick(path)
	}
	value, err := v.ParseJSON(string(r.hop.res.Body))
	if err != nil {
		v.Throw("json(): the body of %s %s cannot be parsed: %v", r.hop.method, r.hop.target.url, vu.Explain(err))
	}
	r.parsed = value
	return value
}

// lines begins a selector that takes the body as one document a line.
const lines = ".."

// checkJSON tells what is wrong with the body. The parsers that read it next
// know no bound: a body of nothing but brackets would overflow their stack,
// and is refused here.
func (r *response) checkJSON(path string) error {
	if r.valid {
		return nil
	}
	if strings.HasPrefix(path, lines) {
		for d := json.NewDecoder(bytes.NewReader(r.hop.res.Body)); ; {
			if err := d.Decode(new(json.RawMessage)); err != nil {
				if errors.Is(err, io.EOF) {
					return nil
				}
				return err
			}
		}
	}
	if !json.Valid(r.hop.res.Body) {
		return json.Unmarshal(r.hop.res.Body, new(json.RawMessage)) // says where
	}
	r.valid = true
	return nil
}

// pick returns what a path selects.
func (r *response) pick(path string) sobek.Value {
	v := r.module.vu
	switch found := gjson.GetBytes(r.hop.res.Body, path); {
	case !found.Exists():
		return sobek.Undefined()
	case found.Type == gjson.String:
		return v.Runtime.ToValue(found.Str)
	case found.Type == gjson.Number:
		return v.Runtime.ToValue(found.Num)
	case found.Type != gjson.JSON:
		return v.Runtime.ToValue(found.Value())
	case !json.Valid([]byte(found.Raw)): // a selector may make text of its own
		v.Throw("json(%q): what the selector makes of the body of %s %s is no JSON", path, r.hop.method, r.hop.target.url)
		return nil
	default:
		value, err := v.ParseJSON(found.Raw)
		if err != nil {
			v.Throw("json(%q): %v", path, vu.Explain(err))
		}
		return value
	}
}
