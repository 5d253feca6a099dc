package output

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// stdout is the name of standard output.
const stdout = "-"

// sink is where an output writes to: a file, compressed or not, or standard
// output. After its first error it takes nothing.
type sink struct {
	kind string // "json", for messages
	path string

	warn   func(string)
	w      io.Writer
	closer []func() error
	err    error
}

func (s *sink) String() string {
	if s.path == stdout {
		return s.kind + " (standard output)"
	}
	return s.kind + " (" + s.path + ")"
}

func (s *sink) open(r Run) error {
	s.warn = r.Warn
	if s.path == stdout {
		if s.w = r.Stdout; s.w == nil {
			s.w = os.Stdout
		}
		return nil
	}
	f, err := os.Create(s.path)
	if err != nil {
		return fmt.Errorf("output %s: cannot create the file: %w", s, cause(err))
	}
	s.w, s.closer = f, []func() error{f.Close}
	if strings.HasSuffix(s.path, ".gz") {
		buffer := bufio.NewWriterSize(f, 64<<10)
		zip := gzip.NewWriter(buffer)
		s.w, s.closer = zip, []func() error{zip.Close, buffer.Flush, f.Close}
	}
	return nil
}

// write writes b, unless something has failed already.
func (s *sink) write(b []byte) {
	if s.err != nil || len(b) == 0 {
		return
	}
	if _, err := s.w.Write(b); err != nil {
		s.fail(err)
		if s.warn != nil {
			s.warn(s.err.Error() + "; the output goes no further")
		}
	}
}

func (s *sink) fail(err error) {
	if s.err == nil && err != nil {
		s.err = fmt.Errorf("output %s: cannot write: %w; it is not complete", s, cause(err))
	}
}

// close writes what is left and returns the first error of all.
func (s *sink) close() error {
	for _, c := range s.closer {
		s.fail(c())
	}
	s.closer = nil
	return s.err
}

// cause is the error without the path, which the message names already.
func cause(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
