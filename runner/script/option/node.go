package option

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxDuration bounds every duration of a script, so that sums of them stay
// far from overflow.
const MaxDuration = 366 * 24 * time.Hour

// MaxVUs bounds the virtual users of a scenario; more is a slip of the finger.
const MaxVUs = 1_000_000

// node is a value of the options under its path.
type node struct {
	path []string
	v    any // nil, bool, json.Number, string, []any or *object
	out  *report
	from *Layer
}

// object is a JSON object that keeps the order of its keys.
type object struct {
	keys   []string
	values map[string]any
}

// report gathers what is wrong, or only odd, with the options.
type report struct {
	problems Problems
	warnings []Problem
}

func (n node) wrong(format string, args ...any) {
	n.out.problems = append(n.out.problems, Problem{Path: n.path, Text: fmt.Sprintf(format, args...), From: n.from})
}

func (n node) warn(format string, args ...any) {
	n.out.warnings = append(n.out.warnings, Problem{Path: n.path, Text: fmt.Sprintf(format, args...), From: n.from})
}

func (n node) child(key string, v any) node {
	path := append(append(make([]string, 0, len(n.path)+1), n.path...), key)
	return node{path: path, v: v, out: n.out, from: n.from}
}

// fields calls known for each key of an object that has an entry in it, and
// warns of the others. Keys that are null count as absent.
func (n node) fields(known map[string]func(node)) {
	o, ok := n.v.(*object)
	if !ok {
		n.wrong("must be an object, and is %s", describe(n.v))
		return
	}
	for _, k := range o.keys {
		c := n.child(k, o.values[k])
		if f := known[k]; f == nil {
			c.warn("this option is not known and has no effect%s", suggest(k, sortedKeys(known)))
		} else if c.v != nil {
			f(c)
		}
	}
}

// each calls f for every entry of an object.
func (n node) each(f func(key string, n node)) {
	o, ok := n.v.(*object)
	if !ok {
		n.wrong("must be an object, and is %s", describe(n.v))
		return
	}
	for _, k := range o.keys {
		f(k, n.child(k, o.values[k]))
	}
}

func (n node) list() []node {
	l, ok := n.v.([]any)
	if !ok {
		n.wrong("must be an array, and is %s", describe(n.v))
	}
	nodes := make([]node, len(l))
	for i, v := range l {
		nodes[i] = n.child(strconv.Itoa(i), v)
	}
	return nodes
}

func (n node) str() string {
	s, ok := n.v.(string)
	if !ok {
		n.wrong("must be a string, and is %s", describe(n.v))
	}
	return s
}

// oneOf reads one of some strings.
func (n node) oneOf(values ...string) string {
	s := n.str()
	if !slices.Contains(values, s) {
		n.wrong("%q is none of %s", s, strings.Join(slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" }), ", "))
	}
	return s
}

func (n node) boolean() bool {
	b, ok := n.v.(bool)
	if !ok {
		n.wrong("must be true or false, and is %s", describe(n.v))
	}
	return b
}

// whole reads a whole number from least to most.
func (n node) whole(least, most int64) int64 {
	num, ok := n.v.(json.Number)
	f, err := num.Float64()
	switch {
	case !ok || err != nil || f != math.Trunc(f):
		n.wrong("must be a whole number, and is %s", describe(n.v))
		return least
	case f < float64(least) || f > float64(most):
		n.wrong("must be between %d and %d, and is %s", least, most, num)
		return least
	}
	return int64(f)
}

func (n node) vus() int { return int(n.whole(0, MaxVUs)) }

// duration reads "1m30s", or a number of milliseconds.
func (n node) duration() time.Duration {
	var d time.Duration
	switch v := n.v.(type) {
	case json.Number:
		ms, err := v.Float64()
		if err != nil || math.Abs(ms) > float64(MaxDuration/time.Millisecond) {
			n.wrong("%s ms is longer than %v", v, MaxDuration)
			return 0
		}
		d = time.Duration(ms * float64(time.Millisecond))
	case string:
		var err error
		if d, err = ParseDuration(v); err != nil {
			n.wrong("%v", err)
			return 0
		}
	default:
		n.wrong("must be a duration such as \"1m30s\" or a number of milliseconds, and is %s", describe(n.v))
	}
	if d < 0 || d > MaxDuration {
		n.wrong("must be between 0 and %v, and is %v", MaxDuration, d)
		return 0
	}
	return d
}

// ParseDuration reads a duration as scripts write them: like Go's, with days,
// and with a bare number as milliseconds.
func ParseDuration(s string) (time.Duration, error) {
	bad := fmt.Errorf("%q is no duration: write it like \"1m30s\"", s)
	if ms, err := strconv.ParseFloat(s, 64); err == nil {
		if !(math.Abs(ms) <= float64(MaxDuration/time.Millisecond)) {
			return 0, bad
		}
		return time.Duration(ms * float64(time.Millisecond)), nil
	}
	var days time.Duration
	if whole, rest, ok := strings.Cut(s, "d"); ok {
		n, err := strconv.ParseUint(whole, 10, 16)
		if err != nil {
			return 0, bad
		}
		if days = time.Duration(n) * 24 * time.Hour; rest == "" {
			return days, nil
		}
		s = rest
	}
	d, err := time.ParseDuration(s)
	if err != nil || d > math.MaxInt64-days || (days > 0 && d < 0) {
		return 0, bad
	}
	return days + d, nil
}

// stringMap reads an object whose values are written as strings; numbers and
// booleans are taken as they are spelled.
func (n node) stringMap() map[string]string {
	m := make(map[string]string)
	n.each(func(key string, c node) {
		switch v := c.v.(type) {
		case string:
			m[key] = v
		case json.Number:
			m[key] = v.String()
		case bool:
			m[key] = strconv.FormatBool(v)
		default:
			c.wrong("must be a string, and is %s", describe(c.v))
		}
	})
	return m
}

func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return "the number " + v.String()
	case string:
		return fmt.Sprintf("the string %.60q", v)
	case []any:
		return "an array"
	}
	return "an object"
}
