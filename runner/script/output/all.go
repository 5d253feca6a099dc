package output

import (
	"errors"
	"fmt"
	"strings"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// All are several outputs, which behave as one. None is an output that drops
// everything.
type All []Output

var _ Output = All(nil)

// ParseAll reads all outputs of a run.
func ParseAll(specs []string, env map[string]string) (All, error) {
	var all All
	seen := make(map[string]bool)
	for _, spec := range specs {
		o, err := Parse(spec, env)
		if err != nil {
			return nil, err
		}
		if seen[o.Description()] {
			return nil, fmt.Errorf("two outputs are the same: %s; give each a file of its own", o.Description())
		}
		seen[o.Description()] = true
		all = append(all, o)
	}
	return all, nil
}

// Description implements Output; it is "-" if there are no outputs.
func (a All) Description() string {
	if len(a) == 0 {
		return "-"
	}
	names := make([]string, len(a))
	for i, o := range a {
		names[i] = o.Description()
	}
	return strings.Join(names, ", ")
}

// Start implements Output. If one output cannot start, none has.
func (a All) Start(r Run) error {
	for i, o := range a {
		if err := o.Start(r); err != nil {
			return errors.Join(err, a[:i].Stop())
		}
	}
	return nil
}

// Write implements Output.
func (a All) Write(samples []metric.Sample) {
	for _, o := range a {
		o.Write(samples)
	}
}

// Stop implements Output. It stops all outputs, and returns the first error of
// each.
func (a All) Stop() error {
	var errs []error
	for _, o := range a {
		errs = append(errs, o.Stop())
	}
	return errors.Join(errs...)
}
