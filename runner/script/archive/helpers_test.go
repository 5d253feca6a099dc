package archive

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// list lists a tar file. The folder home is left out of the names.
func list(t *testing.T, packed []byte, home string) string {
	t.Helper()
	if resolved, err := filepath.EvalSymlinks(filepath.Dir(home)); err == nil {
		home = filepath.Join(resolved, "home")
	}
	var b strings.Builder
	for in := tar.NewReader(bytes.NewReader(packed)); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(strings.Replace(h.Name, home+"/", "/", 1))
		if h.Linkname != "" {
			b.WriteString(" -> " + h.Linkname)
		}
		b.WriteByte('\n')
	}
}

// packEntries makes a tar file of anything.
func packEntries(t testing.TB, headers ...tar.Header) []byte {
	t.Helper()
	packed, err := tryPack(headers)
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

func tryPack(headers []tar.Header) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		content := h.Uname // where tests put it
		h.Uname = ""
		if h.Typeflag == tar.TypeReg {
			h.Size = int64(len(content))
		}
		if err := w.WriteHeader(&h); err != nil {
			return nil, err
		}
		if _, err := io.WriteString(w, content[:h.Size]); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}

func file(name, content string) tar.Header {
	return tar.Header{Typeflag: tar.TypeReg, Name: name, Uname: content, Mode: 0o644}
}

func link(name, target string) tar.Header {
	return tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target}
}
