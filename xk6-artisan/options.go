package artisan

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/sobek"
)

// typeError throws a TypeError into the script.
func (m *Module) typeError(format string, args ...any) {
	panic(m.vu.Runtime().NewTypeError(append([]any{format}, args...)...))
}

// throw throws an Error into the script.
func (m *Module) throw(format string, args ...any) {
	panic(m.errorOf(fmt.Sprintf(format, args...)))
}

// errorOf makes an Error of the script.
func (m *Module) errorOf(text string) sobek.Value {
	rt := m.vu.Runtime()
	e, err := rt.New(rt.Get("Error"), rt.ToValue(text))
	if err != nil { // the script has replaced the global Error
		return rt.ToValue(text)
	}
	return e
}

// withMessage gives an Error that was made before its text was known its text.
func (m *Module) withMessage(e sobek.Value, text string) sobek.Value {
	o, ok := e.(*sobek.Object)
	if !ok {
		return m.vu.Runtime().ToValue(text)
	}
	m.set(o, field{"message", text})
	return o
}

// running throws if the script's init code calls what is for its functions.
func (m *Module) running(what string) {
	if m.vu.InInit() {
		m.throw("%s cannot be used in the init context: move it into setup, teardown or a function that a scenario runs", what)
	}
}

func absent(v sobek.Value) bool {
	return v == nil || sobek.IsUndefined(v) || sobek.IsNull(v)
}

// options are the argument of a function: an object whose keys are all known.
type options struct {
	m     *Module
	where string // "attack()"
	o     *sobek.Object
}

// options reads an argument. Nothing at all is an object without keys.
func (m *Module) options(where string, v sobek.Value, known ...string) options {
	opts := options{m, where, nil}
	if absent(v) {
		return opts
	}
	o, ok := v.(*sobek.Object)
	if !ok || o.ClassName() == "Array" {
		m.typeError("%s takes an object with %s, and got %s", where, strings.Join(known, ", "), describe(v))
	}
	for _, key := range o.Keys() {
		if !slices.Contains(known, key) {
			m.typeError("%s: there is no option %q: there are %s", where, key, strings.Join(known, ", "))
		}
	}
	opts.o = o
	return opts
}

func (o options) get(key string) sobek.Value {
	if o.o == nil {
		return nil
	}
	return o.o.Get(key)
}

func (o options) has(key string) bool { return !absent(o.get(key)) }

// wrong throws for a value of the wrong kind.
func (o options) wrong(key, want string) {
	o.m.typeError("%s: %s must be %s, and is %s", o.where, key, want, describe(o.get(key)))
}

func (o options) text(key, otherwise string) string {
	v := o.get(key)
	if absent(v) {
		return otherwise
	}
	s, ok := v.Export().(string)
	if !ok {
		o.wrong(key, "a string")
	}
	return s
}

// number reads a number from least to most.
func (o options) number(key string, otherwise, least, most float64) float64 {
	v := o.get(key)
	if absent(v) {
		return otherwise
	}
	f, ok := number(v)
	if !ok || !(f >= least && f <= most) {
		o.wrong(key, fmt.Sprintf("a number from %v to %v", least, most))
	}
	return f
}

func (o options) whole(key string, otherwise, least, most int64) int64 {
	f := o.number(key, float64(otherwise), float64(least), float64(most))
	if f != math.Trunc(f) {
		o.wrong(key, "a whole number")
	}
	return int64(f)
}

// duration reads "1m30s" or a number of milliseconds, from least on.
func (o options) duration(key string, otherwise, least time.Duration) time.Duration {
	v := o.get(key)
	if absent(v) {
		return otherwise
	}
	d, ok := duration(v)
	if !ok || d < least {
		want := "a duration such as \"1m30s\", or a number of milliseconds"
		if least > 0 {
			want += ", above 0"
		}
		o.wrong(key, want)
	}
	return d
}

func (o options) boolean(key string) bool {
	v := o.get(key)
	if absent(v) {
		return false
	}
	b, ok := v.Export().(bool)
	if !ok {
		o.wrong(key, "true or false")
	}
	return b
}

// moment reads a Date, or a number of milliseconds since 1970; now if there is
// none.
func (o options) moment(key string) time.Time {
	v := o.get(key)
	if absent(v) {
		return time.Now()
	}
	if t, ok := v.Export().(time.Time); ok {
		return t
	}
	f, ok := number(v)
	if !ok || !(f > 0 && f < 1e14) {
		o.wrong(key, "a Date, or a number of milliseconds since 1970 such as Date.now()")
	}
	return time.UnixMilli(int64(f))
}

// tags reads an object of strings, numbers and booleans.
func (o options) tags(key string) map[string]string {
	v := o.get(key)
	if absent(v) {
		return nil
	}
	object, ok := v.(*sobek.Object)
	if !ok {
		o.wrong(key, "an object")
	}
	tags := make(map[string]string)
	for _, k := range object.Keys() {
		e := object.Get(k)
		if _, nested := e.(*sobek.Object); nested || absent(e) {
			o.m.typeError("%s: %s.%s must be a string, a number or a boolean, and is %s", o.where, key, k, describe(e))
		}
		tags[k] = e.String()
	}
	return tags
}

func number(v sobek.Value) (float64, bool) {
	switch n := v.Export().(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, !math.IsNaN(n) && !math.IsInf(n, 0)
	}
	return 0, false
}

func duration(v sobek.Value) (time.Duration, bool) {
	if f, ok := number(v); ok {
		return time.Duration(f * float64(time.Millisecond)), math.Abs(f) < 1e12
	}
	s, ok := v.Export().(string)
	if !ok {
		return 0, false
	}
	if ms, err := strconv.ParseFloat(s, 64); err == nil {
		return time.Duration(ms * float64(time.Millisecond)), math.Abs(ms) < 1e12
	}
	d, err := time.ParseDuration(s)
	return d, err == nil
}

func describe(v sobek.Value) string {
	switch {
	case v == nil || sobek.IsUndefined(v):
		return "undefined"
	case sobek.IsNull(v):
		return "null"
	}
	if o, ok := v.(*sobek.Object); ok {
		switch o.ClassName() {
		case "Array":
			return "an array"
		case "Function":
			return "a function"
		}
		return "an object"
	}
	if s, ok := v.Export().(string); ok {
		return fmt.Sprintf("the string %.60q", s)
	}
	return v.String()
}
