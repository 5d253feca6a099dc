package spec

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/artisan-platform/headroom/runner/unit"
)

// maxDuration bounds every duration of a plan: a longer one is a slip.
const maxDuration = 7 * 24 * time.Hour

// scalar returns the decoding of a single value with parse.
func scalar[T any](d *decoder, to *T, parse func(string) (T, error)) func(node) {
	return func(n node) {
		if n.Kind != yaml.ScalarNode {
			d.add(n, "want a single value, found %s", kind(n))
			return
		}
		v, err := parse(n.Value)
		if err != nil {
			d.add(n, "%v", err)
			return
		}
		*to = v
	}
}

// text decodes a string, and a number only if it is quoted: 007 and 1e3 would
// not survive being read as one. Each check may refuse it.
func (d *decoder) text(to *string, checks ...func(string) error) func(node) {
	return func(n node) {
		if n.Kind == yaml.ScalarNode && n.ShortTag() != "!!str" {
			d.add(n, "want a text, found %s: put it in quotes", kind(n))
			return
		}
		scalar(d, to, func(s string) (string, error) {
			for _, check := range checks {
				if err := check(s); err != nil {
					return "", err
				}
			}
			return s, nil
		})(n)
	}
}

func notEmpty(s string) error {
	if strings.TrimSpace(s) == "" {
		return errors.New("is empty")
	}
	return nil
}

var (
	plainName  = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9 ._-]*[A-Za-z0-9])?$`)
	objectName = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)
	envName    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
	method     = regexp.MustCompile(`^[A-Z]+$`)
)

// matching returns a check that s is of the given form, and at most 63 long as
// Kubernetes has it.
func matching(form *regexp.Regexp, want string) func(string) error {
	return func(s string) error {
		if len(s) > 63 || !form.MatchString(s) {
			return fmt.Errorf("%q is no name: want %s, 63 characters at most", shorten(s), want)
		}
		return nil
	}
}

var (
	isName   = matching(plainName, "letters, digits, spaces and . _ - between letters or digits")
	isObject = matching(objectName, "lower-case letters, digits, . and - between letters or digits")
	isEnv    = matching(envName, "letters, digits and _, no digit first")
	isHeader = matching(headerName, "the characters of an HTTP header")
	isMethod = matching(method, "an HTTP method in capitals, such as GET")
)

// duration decodes a duration between least and maxDuration.
func (d *decoder) duration(to *time.Duration, least time.Duration) func(node) {
	return scalar(d, to, func(s string) (time.Duration, error) {
		v, err := unit.ParseDuration(s)
		if err == nil && (v < least || v > maxDuration) {
			err = fmt.Errorf("%s is out of range: want %s to %s", s, unit.Exact(least), unit.Exact(maxDuration))
		}
		return v, err
	})
}

// integer decodes a whole number between least and most.
func integer[T int | int32 | uint64](d *decoder, to *T, least, most int64) func(node) {
	return scalar(d, to, func(s string) (T, error) {
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil || v < least || v > most {
			return 0, fmt.Errorf("%q is out of range or no whole number: want %d to %d", shorten(s), least, most)
		}
		return T(v), nil
	})
}

// number decodes a finite number in the unit of what it is compared with.
func (d *decoder) number(to **float64) func(node) {
	return scalar(d, to, func(s string) (*float64, error) {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%q is no number: write it plain, in the unit of the query", shorten(s))
		}
		return &v, nil
	})
}

// quantile parses p95 or 0.95.
func quantile(s string) (float64, error) {
	text, percent := strings.CutPrefix(s, "p")
	v, err := strconv.ParseFloat(text, 64)
	if percent {
		v /= 100
	}
	if err != nil || !(v > 0 && v < 1) {
		return 0, fmt.Errorf("%q is no quantile: write p95 or 0.95, between p0 and p100 without these two", shorten(s))
	}
	return v, nil
}
