package script

import (
	"fmt"
	"os"
	"time"

	"github.com/artisan-platform/headroom/runner/script/k6secrets"
)

// Source is a script to compile.
type Source struct {
	Path string // for messages, and where relative imports start
	Text string
	Env  map[string]string // __ENV of the init code that sets the options

	// Secrets are what k6/secrets gives the init code; nil has none.
	Secrets *k6secrets.Secrets

	// ReadFile reads imported modules and what open() opens; nil is
	// os.ReadFile.
	ReadFile func(path string) ([]byte, error)
	// InitTimeout bounds the init code, which has no other end; 0 is
	// DefaultInitTimeout.
	InitTimeout time.Duration
}

// DefaultInitTimeout bounds the init code of a script that sets no bound.
const DefaultInitTimeout = time.Minute

// maxFile bounds a file that a script reads.
const maxFile = 256 << 20

func (s Source) readFile(path string) ([]byte, error) {
	read := s.ReadFile
	if read == nil {
		read = os.ReadFile
		if info, err := os.Stat(path); err == nil && info.Size() > maxFile {
			return nil, fmt.Errorf("%s is %d MiB large; at most %d MiB are read", path, info.Size()>>20, maxFile>>20)
		}
	}
	return read(path)
}

func (s Source) initTimeout() time.Duration {
	if s.InitTimeout > 0 {
		return s.InitTimeout
	}
	return DefaultInitTimeout
}
