package script

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/artisan-platform/headroom/runner/script/k6secrets"
	"github.com/artisan-platform/headroom/runner/script/option"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Source is a script to compile.
type Source struct {
	Path string // for messages, and where relative imports start
	Text string
	Dir  string            // where relative paths start; "" is the working directory
	Env  map[string]string // __ENV of the init code that sets the options

	// Below and Above are the layers of options that count less and more than
	// the script's own: configuration file, environment, command line.
	Below, Above []*option.Layer
	// Scenarios are the names of those to run; empty: all.
	Scenarios []string
	// Once runs the scenario for one iteration of one virtual user.
	Once bool
	// Extensions are modules that are built in besides those of the engine.
	Extensions []vu.Module
	// Secrets are what k6/secrets gives the init code; nil has none.
	Secrets *k6secrets.Secrets

	// InitTimeout bounds the init code, which has no other end; 0 is
	// DefaultInitTimeout.
	InitTimeout time.Duration

	read func(path string) ([]byte, error) // in place of the files, for tests
}

// DefaultInitTimeout bounds the init code of a script that sets no bound.
const DefaultInitTimeout = time.Minute

// maxFile bounds a file that a script reads.
const maxFile = 256 << 20

// dir is the absolute form of Dir.
func (s Source) dir() string {
	if dir, err := filepath.Abs(s.Dir); err == nil {
		return dir
	}
	return s.Dir // there is no working directory: what is relative is not found
}

// absolute is the absolute form of a path that is relative to Dir.
func (s Source) absolute(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(s.dir(), path)
}

// readFile reads what a script opens.
func (s Source) readFile(path string) ([]byte, error) {
	if s.read != nil {
		return s.read(path)
	}
	info, err := os.Stat(s.absolute(path))
	if err == nil && info.Size() > maxFile {
		return nil, fmt.Errorf("%s is %d MiB large; at most %d MiB are read", path, info.Size()>>20, maxFile>>20)
	}
	b, err := os.ReadFile(s.absolute(path))
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return nil, fmt.Errorf("%s: %w", path, failed.Err)
	}
	return b, err
}

func (s Source) initTimeout() time.Duration {
	if s.InitTimeout > 0 {
		return s.InitTimeout
	}
	return DefaultInitTimeout
}
