package vu

import (
	"net/url"
	"path/filepath"
	"strings"
)

// Resolve makes the path that a script gave one that Test.ReadFile takes. A
// relative path starts from the file whose code called the running built-in
// function; the URL of a file, as import.meta.resolve makes them, is its path.
func (v *VU) Resolve(path string) string {
	if u, err := url.Parse(path); err == nil && u.Scheme == "file" && strings.HasPrefix(u.Path, "/") {
		return filepath.FromSlash(u.Path)
	}
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(v.Caller()), path)
}

// Caller is the file whose code called the running built-in function.
func (v *VU) Caller() string {
	for _, f := range v.Runtime.CaptureCallStack(0, nil) {
		if pos := f.Position(); pos.Line > 0 {
			return pos.Filename
		}
	}
	return ""
}
