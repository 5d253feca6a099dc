package vu

import (
	"errors"

	"github.com/grafana/sobek"
)

// ParseJSON is JSON.parse.
func (v *VU) ParseJSON(text string) (sobek.Value, error) {
	return v.callJSON("parse", v.Runtime.ToValue(text))
}

// JSON is JSON.stringify. Values that have no JSON, such as functions and
// undefined, give "".
func (v *VU) JSON(value sobek.Value) (string, error) {
	s, err := v.callJSON("stringify", value)
	if err != nil || Absent(s) {
		return "", err
	}
	return s.String(), nil
}

// JSONWith is JSON.stringify with a function that replaces values.
func (v *VU) JSONWith(value sobek.Value, replace func(sobek.FunctionCall) sobek.Value) (string, error) {
	s, err := v.callJSON("stringify", value, v.Runtime.ToValue(replace))
	if err != nil || Absent(s) {
		return "", err
	}
	return s.String(), nil
}

func (v *VU) callJSON(method string, args ...sobek.Value) (sobek.Value, error) {
	o, ok := v.Runtime.Get("JSON").(*sobek.Object)
	if !ok {
		return nil, errors.New("the script has replaced the global JSON")
	}
	f, ok := sobek.AssertFunction(o.Get(method))
	if !ok {
		return nil, errors.New("the script has replaced JSON." + method)
	}
	return f(o, args...)
}
