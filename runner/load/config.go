package load

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/artisan-platform/headroom/runner/script/k6secrets"
	"github.com/artisan-platform/headroom/runner/script/option"
)

// configLayer reads a configuration file of options, as JSON. Without a path
// it is the one of k6, if there is one.
func configLayer(path string) (*option.Layer, error) {
	named := path != ""
	if !named {
		dir, err := os.UserConfigDir()
		if err != nil { // there is no home, and so no file in it
			return option.JSON("", nil)
		}
		path = filepath.Join(dir, "k6", "config.json")
	}
	text, err := os.ReadFile(path)
	if !named && errors.Is(err, fs.ErrNotExist) {
		return option.JSON("", nil)
	}
	if err != nil {
		return nil, &UsageError{fmt.Errorf("read the configuration file: %w", err)}
	}
	l, err := option.JSON(path, text)
	if err != nil {
		return nil, &UsageError{fmt.Errorf("configuration file %s: %w", path, err)}
	}
	return l, nil
}

// openSecrets opens the sources of secrets that the command line names.
func openSecrets(flags []string, env map[string]string) (*k6secrets.Secrets, error) {
	if len(flags) == 0 {
		return nil, nil
	}
	var list []k6secrets.Source
	for _, f := range flags {
		s, err := k6secrets.ParseSource(f)
		if err != nil {
			return nil, &UsageError{fmt.Errorf("--secret-source: %w", err)}
		}
		list = append(list, s)
	}
	var environ []string
	for k, v := range env {
		environ = append(environ, k+"="+v)
	}
	slices.Sort(environ)
	secrets, err := k6secrets.Open(list, k6secrets.Environment{ReadFile: os.ReadFile, Environ: environ})
	if err != nil {
		return nil, &UsageError{fmt.Errorf("--secret-source: %w", err)}
	}
	return secrets, nil
}
