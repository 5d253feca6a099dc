package k6fs

import (
	"math"
	"path/filepath"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// SeekMode: where the offset of seek() counts from.
const (
	seekStart   = 0
	seekCurrent = 1
	seekEnd     = 2
)

var modes = [...]string{seekStart: "Start", seekCurrent: "Current", seekEnd: "End"}

// File is an open file of one virtual user: a position in content that all
// share.
type File struct {
	vu       *vu.VU
	path     string
	content  []byte
	position int64
}

// FileOf returns the File that a script's value is.
func FileOf(value sobek.Value) (*File, bool) {
	o, ok := value.(*sobek.Object)
	if !ok {
		return nil, false
	}
	f, ok := o.Export().(*File)
	return f, ok
}

// Path is the absolute path of the file.
func (f *File) Path() string { return f.path }

// Content is all of the file, wherever its position is. It belongs to all
// virtual users and must not be changed.
func (f *File) Content() []byte { return f.content }

var _ sobek.DynamicObject = (*File)(nil)

// Get implements sobek.DynamicObject.
func (f *File) Get(key string) sobek.Value {
	if key != "path" {
		return nil
	}
	return f.vu.Runtime.ToValue(f.path)
}

// Set implements sobek.DynamicObject: a File cannot be changed.
func (f *File) Set(key string, _ sobek.Value) bool {
	panic(f.vu.Runtime.NewTypeError("the property %s of a File cannot be set", key))
}

// Has implements sobek.DynamicObject.
func (f *File) Has(key string) bool { return key == "path" }

// Delete implements sobek.DynamicObject: a File cannot be changed.
func (f *File) Delete(key string) bool { return !f.Has(key) }

// Keys implements sobek.DynamicObject.
func (f *File) Keys() []string { return []string{"path"} }

// fileClass is the class File. Its methods are shared by all files of a
// virtual user.
func (m *module) fileClass() *sobek.Object {
	if m.class != nil {
		return m.class
	}
	rt := m.vu.Runtime
	m.class = rt.ToValue(func(sobek.ConstructorCall) *sobek.Object {
		panic(rt.NewTypeError("a File cannot be constructed: await open(path) of k6/experimental/fs"))
	}).ToObject(rt)
	prototype := m.class.Get("prototype").ToObject(rt)
	for name, method := range map[string]func(*File, sobek.FunctionCall) any{"read": (*File).read, "seek": (*File).seek, "stat": (*File).stat} {
		f := func(call sobek.FunctionCall) sobek.Value {
			return m.vu.Promise(func() any {
				file, ok := FileOf(call.This)
				if !ok {
					panic(rt.NewTypeError("file.%s() must be called on a File", name))
				}
				return method(file, call)
			})
		}
		if err := prototype.DefineDataProperty(name, rt.ToValue(f), sobek.FLAG_TRUE, sobek.FLAG_TRUE, sobek.FLAG_FALSE); err != nil {
			m.vu.Throw("make the class File: %v", err)
		}
	}
	return m.class
}

// wrap makes a file an object of the class File.
func (m *module) wrap(f *File) *sobek.Object {
	o := m.vu.Runtime.NewDynamicObject(f)
	if err := o.SetPrototype(m.fileClass().Get("prototype").ToObject(m.vu.Runtime)); err != nil {
		m.vu.Throw("make a File: %v", err)
	}
	return o
}

// read is file.read(buffer): how many bytes were read, or null at the end.
func (f *File) read(call sobek.FunctionCall) any {
	buffer, ok := bytesOf(call.Argument(0))
	if !ok {
		panic(f.vu.Runtime.NewTypeError("file.read(buffer): buffer must be a Uint8Array, and is %s", vu.Describe(call.Argument(0))))
	}
	if f.position >= int64(len(f.content)) {
		return sobek.Null()
	}
	n := copy(buffer, f.content[f.position:])
	f.position += int64(n)
	return n
}

// bytesOf is the memory that a Uint8Array shows.
func bytesOf(value sobek.Value) ([]byte, bool) {
	o, ok := value.(*sobek.Object)
	if !ok {
		return nil, false
	}
	b, ok := o.Export().([]byte)
	if !ok || o.GetSymbol(sobek.SymToStringTag).String() != "Uint8Array" { // a Uint8ClampedArray is none
		return nil, false
	}
	return b, true
}

// seek is file.seek(offset, whence): the new position. It may be beyond the
// end, where nothing is to be read.
func (f *File) seek(call sobek.FunctionCall) any {
	rt := f.vu.Runtime
	offset, ok := integer(call.Argument(0))
	if !ok {
		panic(rt.NewTypeError("file.seek(offset, whence): offset must be an integer, and is %s", vu.Describe(call.Argument(0))))
	}
	whence, ok := integer(call.Argument(1))
	if !ok || whence < seekStart || whence > seekEnd {
		panic(rt.NewTypeError("file.seek(offset, whence): whence must be SeekMode.Start, SeekMode.Current or SeekMode.End, and is %s", vu.Describe(call.Argument(1))))
	}
	mode, base := modes[whence], int64(0)
	switch {
	case whence == seekStart && offset < 0:
		panic(rt.NewTypeError("file.seek(%d, SeekMode.Start): offset must be 0 or more", offset))
	case whence == seekEnd && offset > 0:
		panic(rt.NewTypeError("file.seek(%d, SeekMode.End): offset must be 0 or less", offset))
	case whence == seekCurrent:
		base = f.position
	case whence == seekEnd:
		base = int64(len(f.content))
	}
	if base+offset < 0 {
		panic(rt.NewTypeError("file.seek(%d, SeekMode.%s): the position %d would be before the start of the file", offset, mode, base+offset))
	}
	f.position = base + offset
	return f.position
}

// maxOffset is the largest integer that a JavaScript number holds exactly.
const maxOffset = 1<<53 - 1

// integer reads a number without a fraction.
func integer(value sobek.Value) (int64, bool) {
	switch n := value.Export().(type) {
	case int64:
		return n, n >= -maxOffset && n <= maxOffset
	case float64:
		return int64(n), n == math.Trunc(n) && math.Abs(n) <= maxOffset
	}
	return 0, false
}

// stat is file.stat(): name and size.
func (f *File) stat(sobek.FunctionCall) any {
	return object(f.vu, property{"name", filepath.Base(f.path)}, property{"size", len(f.content)})
}

type property struct {
	key   string
	value any
}

func object(v *vu.VU, properties ...property) *sobek.Object {
	o := v.Runtime.NewObject()
	for _, p := range properties {
		if err := o.Set(p.key, p.value); err != nil {
			v.Throw("k6/experimental/fs: set the property %s: %v", p.key, err)
		}
	}
	return o
}
