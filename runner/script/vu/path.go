package vu

import "path/filepath"

// Resolve makes the path that a script gave one that Test.ReadFile takes. A
// relative path starts from the file whose code called the running built-in
// function.
func (v *VU) Resolve(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(v.caller()), path)
}

func (v *VU) caller() string {
	for _, f := range v.Runtime.CaptureCallStack(0, nil) {
		if pos := f.Position(); pos.Line > 0 {
			return pos.Filename
		}
	}
	return ""
}
