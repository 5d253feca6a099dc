package load

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/artisan-platform/headroom/runner/script"
	"github.com/artisan-platform/headroom/runner/script/archive"
)

// Archive compiles a script and writes it to w with all files that it needs.
func Archive(ctx context.Context, cfg Config, withEnv bool, w io.Writer) error {
	s := &session{cfg: cfg}
	p, err := s.compile(ctx)
	if err != nil {
		return err
	}
	options, err := json.Marshal(p.Options)
	if err != nil {
		return fmt.Errorf("archive: write the options: %w", err)
	}
	pwd, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	files := p.Imported()
	m := archive.Metadata{Options: options, Filename: files[0], Pwd: pwd, K6Version: cfg.Version, Env: map[string]string{}}
	if withEnv {
		m.Env = cfg.Env
	}
	a, err := archive.Collect(m, []byte(s.text), files, p.Opened())
	if err != nil {
		return err
	}
	return archive.Write(w, a)
}

// tarMagic stands at tarMagicAt in every archive.
const (
	tarMagic   = "ustar"
	tarMagicAt = 257
)

// isArchive tells whether a text is an archive and no script.
func isArchive(text []byte) bool {
	return len(text) > tarMagicAt+len(tarMagic) && string(text[tarMagicAt:tarMagicAt+len(tarMagic)]) == tarMagic
}

// unpack reads an archive, and extracts it into a folder of its own that is
// removed when the load is over.
func (s *session) unpack(text []byte, source *script.Source) error {
	a, err := archive.Read(bufio.NewReader(bytes.NewReader(text)), archive.Limits{})
	if err != nil {
		return &ReadError{fmt.Errorf("read the archive %s: %w", s.cfg.Script, err)}
	}
	if s.unpacked, err = os.MkdirTemp("", "headroom-archive-"); err != nil {
		return fmt.Errorf("extract the archive: %w", err)
	}
	at, err := a.Extract(filepath.Join(s.unpacked, "files"))
	if err != nil {
		return &ReadError{err}
	}
	source.Path, source.Dir, source.Text = at.Script, at.Dir, string(a.Data)
	for name, value := range a.Env {
		if _, given := source.Env[name]; !given {
			source.Env[name] = value
		}
	}
	// What the archive holds was decided where it was made; the command line
	// and the environment of here still count more.
	return s.addLayer(source, a.Options)
}

// remove deletes what unpack has extracted.
func (s *session) remove() {
	if s.unpacked == "" {
		return
	}
	if err := os.RemoveAll(s.unpacked); err != nil {
		s.warn(fmt.Sprintf("the extracted archive stays behind: %v", err))
	}
}
