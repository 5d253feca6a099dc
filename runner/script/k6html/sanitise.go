package k6html

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// sanitise is the value that an input makes of the one it was given (HTML
// standard, "value sanitization algorithm"): what its type does not allow
// does not stay.
func sanitise(n *html.Node, value string) string {
	switch t := typeOf(n); t {
	case "text", "search", "tel", "password":
		return oneLine(value)
	case "url":
		return trim(oneLine(value))
	case "email":
		return emails(oneLine(value), hasAttr(n, "multiple"))
	case "number":
		if _, ok := number(value); !ok {
			return ""
		}
	case "range":
		return inRange(n, value)
	case "color":
		if value = strings.ToLower(value); !colour.MatchString(value) {
			return "#000000"
		}
	case "date", "month", "week", "time", "datetime-local":
		return moment(t, value)
	}
	return value
}

var (
	colour     = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	numberForm = regexp.MustCompile(`^-?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?$`)
)

func oneLine(s string) string { return noLineEnds.Replace(s) }

var noLineEnds = strings.NewReplacer("\n", "", "\r", "")

func trim(s string) string { return strings.TrimFunc(s, isSpace) }

func emails(s string, several bool) string {
	if !several {
		return trim(s)
	}
	parts := strings.Split(s, ",")
	for i := range parts {
		parts[i] = trim(parts[i])
	}
	return strings.Join(parts, ",")
}

// number reads a valid floating-point number.
func number(s string) (float64, bool) {
	if !numberForm.MatchString(s) {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

func numberOr(s string, otherwise float64) float64 {
	if f, ok := number(s); ok {
		return f
	}
	return otherwise
}

// inRange is the value of a slider: within its bounds and on one of its steps.
func inRange(n *html.Node, value string) string {
	low := numberOr(attrOr(n, "min", ""), 0)
	high := max(low, numberOr(attrOr(n, "max", ""), 100))
	v, ok := number(value)
	if !ok {
		v, value = low+(high-low)/2, ""
	}
	if in := max(low, min(v, high)); in != v {
		v, value = in, ""
	}
	if step := numberOr(attrOr(n, "step", ""), 1); !strings.EqualFold(attrOr(n, "step", ""), "any") {
		if step <= 0 {
			step = 1
		}
		base := numberOr(attrOr(n, "min", ""), numberOr(attrOr(n, "value", ""), 0))
		if on := nearest(v, base, step, high); math.Abs(on-v) > 1e-9*step {
			v, value = on, ""
		}
	}
	if value == "" {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return value
}

// nearest is the step nearest to v, the upper one of two, but not above high.
func nearest(v, base, step, high float64) float64 {
	k := math.Floor((v-base)/step + 0.5)
	if base+k*step > high {
		k--
	}
	return base + k*step
}
