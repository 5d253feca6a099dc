package k6http

import (
	"slices"
	"strconv"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// file is what http.file makes: a part of a form that is a file.
type file struct {
	module            *module
	value             sobek.Value // data as the script gave it
	data              []byte
	name, contentType string
}

// newFile is http.file(data, filename, contentType).
func (m *module) newFile(call sobek.FunctionCall) sobek.Value {
	v := call.Argument(0)
	f := &file{module: m, value: v, name: strconv.FormatInt(time.Now().UnixNano(), 10), contentType: "application/octet-stream"}
	if vu.Absent(v) {
		m.vu.Throw("http.file() needs data: a string, or bytes as open(path, \"b\") returns them")
	}
	o, isObject := v.(*sobek.Object)
	if !isObject {
		f.data = []byte(v.String())
	} else if b, ok := data(o); ok {
		f.data = b
	} else {
		panic(m.vu.Runtime.NewTypeError("http.file() needs a string or bytes, and got %v", v))
	}
	if a := call.Argument(1); !vu.Absent(a) {
		f.name = a.String()
	}
	if a := call.Argument(2); !vu.Absent(a) {
		f.contentType = a.String()
	}
	return m.vu.Runtime.NewDynamicObject(f)
}

var fileKeys = []string{"data", "filename", "content_type"}

// A file shows what it was made of, and cannot be changed.
var _ sobek.DynamicObject = (*file)(nil)

// Get implements sobek.DynamicObject.
func (f *file) Get(key string) sobek.Value {
	switch key {
	case "data":
		return f.value
	case "filename":
		return f.module.vu.Runtime.ToValue(f.name)
	case "content_type":
		return f.module.vu.Runtime.ToValue(f.contentType)
	}
	return nil
}

// Set implements sobek.DynamicObject.
func (f *file) Set(string, sobek.Value) bool { return false }

// Has implements sobek.DynamicObject.
func (f *file) Has(key string) bool { return slices.Contains(fileKeys, key) }

// Delete implements sobek.DynamicObject.
func (f *file) Delete(string) bool { return false }

// Keys implements sobek.DynamicObject.
func (f *file) Keys() []string { return slices.Clone(fileKeys) }
