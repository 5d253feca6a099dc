package archive

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"time"
)

// Names of what an archive holds besides the two trees of files.
const (
	metadataName = "metadata.json"
	dataName     = "data"
)

// Write writes an archive. The same archive always gives the same bytes. The
// name of the person in whose home files are is left out of their paths.
func Write(w io.Writer, a Archive) error {
	if err := write(w, a); err != nil {
		return fmt.Errorf("write the archive: %w", err)
	}
	return nil
}

func write(w io.Writer, a Archive) error {
	a, err := a.anonymous()
	if err != nil {
		return err
	}
	if err := a.check(); err != nil {
		return err
	}
	all, err := a.entries()
	if err != nil {
		return err
	}
	metadata, err := a.metadata()
	if err != nil {
		return err
	}
	out := tar.NewWriter(w)
	for _, e := range append([]entry{{name: metadataName, content: metadata}, {name: dataName, content: a.Data}}, all...) {
		if err := writeEntry(out, e); err != nil {
			return err
		}
	}
	return out.Close()
}

// metadata is the text of metadata.json.
func (a Archive) metadata() ([]byte, error) {
	m := a.Metadata
	m.Type = "js"
	if m.Options == nil {
		m.Options = json.RawMessage("{}")
	}
	if m.Env == nil {
		m.Env = map[string]string{}
	}
	text, err := json.MarshalIndent(m, "", "  ")
	return append(text, '\n'), err
}

// check tells whether script and working directory have paths that they can
// have.
func (m Metadata) check() error {
	if _, err := inside(m.Filename); err != nil {
		return fmt.Errorf("the script: %w", err)
	}
	if !path.IsAbs(m.Pwd) || path.Clean(m.Pwd) != m.Pwd {
		return fmt.Errorf("the working directory: %q is no absolute path", m.Pwd)
	}
	if m.Options != nil && !json.Valid(m.Options) {
		return errors.New("the options are no JSON")
	}
	return nil
}

func writeEntry(out *tar.Writer, e entry) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: path.Join(e.tree, e.name), Size: int64(len(e.content)), Mode: 0o644, ModTime: time.Unix(0, 0)}
	if e.target != "" {
		h.Typeflag, h.Linkname, h.Mode = tar.TypeSymlink, e.target, 0o777
	}
	if err := out.WriteHeader(h); err != nil {
		return fmt.Errorf("%s: %w", h.Name, err)
	}
	if _, err := out.Write(e.content); err != nil {
		return fmt.Errorf("%s: %w", h.Name, err)
	}
	return nil
}
