package load

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/artisan-platform/headroom/runner/script"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// ReadError is a script that could not be read.
type ReadError struct{ Err error }

func (e *ReadError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *ReadError) Unwrap() error { return e.Err }

// UsageError is a mistake in the command line or a configuration file.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *UsageError) Unwrap() error { return e.Err }

// EndingOf tells which kind of mistake kept a script from being run.
func EndingOf(err error) script.Ending {
	var options *script.OptionsError
	var usage *UsageError
	var thrown *vu.Exception
	var address *AddressError
	var aborted vu.Aborted
	switch {
	case errors.As(err, &address):
		return script.Unserved
	case errors.As(err, &options), errors.As(err, &usage):
		return script.Invalid
	case script.IsInitTimeout(err):
		return script.InitTimeout
	case errors.As(err, &aborted):
		return script.Aborted
	case errors.As(err, &thrown):
		return script.Exception
	}
	return script.Unreadable
}

func hostOf(target string) (string, error) {
	u, err := url.Parse(target)
	if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "", fmt.Errorf("--target %q is no URL: write it like https://host:port", target)
	}
	return u.Hostname(), nil
}

// crossedMetrics names the metrics whose thresholds were missed.
func crossedMetrics(o script.Outcome) string {
	var names []string
	for _, t := range o.Thresholds {
		if name := "'" + t.Metric + "'"; !t.Met && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
