// Package envvar reads the environment variables that configure an output.
package envvar

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/script/option"
)

// Refuse is an error if a variable with the prefix is none of the known names.
// A known name that ends in an underscore stands for all that begin with it.
func Refuse(env map[string]string, prefix string, known ...string) error {
	for _, name := range slices.Sorted(maps.Keys(env)) {
		own, ok := strings.CutPrefix(name, prefix)
		if !ok || slices.ContainsFunc(known, func(k string) bool {
			return own == k || (strings.HasSuffix(k, "_") && strings.HasPrefix(own, k) && own != k)
		}) {
			continue
		}
		return fmt.Errorf("the variable %s is not known: there are %s%s", name, prefix, strings.Join(known, ", "+prefix))
	}
	return nil
}

// Duration reads a duration like "1m30s", or a number of milliseconds. It must
// be least or more. A variable that is not set, or empty, is the default.
func Duration(env map[string]string, name string, least, standard time.Duration) (time.Duration, error) {
	text := env[name]
	if text == "" {
		return standard, nil
	}
	d, err := option.ParseDuration(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%s: %w", name, err)
	case d < least:
		return 0, fmt.Errorf("%s is %v: it must be %v or more", name, d, least)
	}
	return d, nil
}

// Bool reads true or false; a variable that is not set, or empty, is false.
func Bool(env map[string]string, name string) (bool, error) {
	if env[name] == "" {
		return false, nil
	}
	b, err := strconv.ParseBool(env[name])
	if err != nil {
		return false, fmt.Errorf("%s is %q: it must be true or false", name, env[name])
	}
	return b, nil
}
