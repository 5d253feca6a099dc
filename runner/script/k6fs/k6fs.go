// Package k6fs is the module k6/experimental/fs: files that all virtual users
// read from one copy in memory.
package k6fs

import (
	"path/filepath"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Module is the module k6/experimental/fs.
func Module() vu.Module {
	return vu.Module{
		Name:    "k6/experimental/fs",
		Exports: []string{"open", "File", "SeekMode"},
		New: func(v *vu.VU) func(string) any {
			m := &module{vu: v}
			return m.export
		},
	}
}

// module is k6/experimental/fs of one virtual user.
type module struct {
	vu    *vu.VU
	class *sobek.Object // File, made on first use
}

func (m *module) export(name string) any {
	switch name {
	case "open":
		return m.open
	case "File":
		return m.fileClass()
	}
	return object(m.vu, property{"Start", seekStart}, property{"Current", seekCurrent}, property{"End", seekEnd})
}

// open is open(path): a promise of a File.
func (m *module) open(call sobek.FunctionCall) sobek.Value {
	return m.vu.Promise(func() any {
		m.vu.OnlyInit("fs.open()")
		given, ok := call.Argument(0).Export().(string)
		if !ok || given == "" {
			panic(m.vu.Runtime.NewTypeError("fs.open(path): path must be a string that is not empty, and is %s", vu.Describe(call.Argument(0))))
		}
		path := m.vu.Resolve(given)
		content, err := m.vu.Test.Share("fs.open "+path, func() (any, error) { return m.vu.Test.ReadFile(path) })
		if err != nil {
			m.vu.Throw("fs.open(%q): %v", given, err)
		}
		if absolute, err := filepath.Abs(path); err == nil {
			path = absolute
		}
		file := &File{vu: m.vu, path: path}
		file.content, _ = content.([]byte)
		return m.wrap(file)
	})
}
