package k6http

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"strings"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// parseBody reads the body of a request: a string, bytes, or an object, which
// is sent as a form.
func (m *module) parseBody(body sobek.Value) (b []byte, contentType string) {
	o, ok := body.(*sobek.Object)
	if !ok {
		return []byte(body.String()), ""
	}
	if b, ok := data(o); ok {
		return b, ""
	}
	form := formOf(m.vu, o)
	if form.multipart() {
		b, contentType, err := form.encodeMultipart()
		if err != nil {
			m.vu.Throw("http: write the body as multipart/form-data: %v", err)
		}
		return b, contentType
	}
	return []byte(form.encode()), "application/x-www-form-urlencoded"
}

// data copies the bytes or the text that a value stands for, unless it is a
// plain object.
func data(o *sobek.Object) ([]byte, bool) {
	switch v := o.Export().(type) {
	case sobek.ArrayBuffer:
		return bytes.Clone(v.Bytes()), true
	case []byte:
		return bytes.Clone(v), true
	case string:
		return []byte(v), true
	}
	return nil, false
}

// form is the fields of a form in their order.
type form []formField

type formField struct {
	name, value string
	file        *file
}

// formOf reads an object: each key is a field, a value that is an array is
// several of the same name.
func formOf(v *vu.VU, o *sobek.Object) form {
	var f form
	for _, key := range o.Keys() {
		value := o.Get(key)
		if list, ok := value.(*sobek.Object); ok && list.ClassName() == "Array" {
			v.Runtime.ForOf(list, func(e sobek.Value) bool {
				f = append(f, fieldOf(key, e))
				return true
			})
			continue
		}
		f = append(f, fieldOf(key, value))
	}
	return f
}

func fieldOf(name string, value sobek.Value) formField {
	if vu.Absent(value) {
		return formField{name: name}
	}
	if o, ok := value.(*sobek.Object); ok {
		if f, ok := o.Export().(*file); ok {
			return formField{name: name, file: f}
		}
	}
	return formField{name: name, value: value.String()}
}

func (f form) multipart() bool {
	for _, field := range f {
		if field.file != nil {
			return true
		}
	}
	return false
}

// encode writes the form as application/x-www-form-urlencoded.
func (f form) encode() string {
	var b strings.Builder
	for i, field := range f {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(field.name) + "=" + url.QueryEscape(field.value))
	}
	return b.String()
}

func (f form) encodeMultipart() (body []byte, contentType string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, field := range f {
		if field.file == nil {
			if err := w.WriteField(field.name, field.value); err != nil {
				return nil, "", err
			}
			continue
		}
		header := make(textproto.MIMEHeader)
		header.Set("Content-Disposition", fmt.Sprintf(`form-data; name="%s"; filename="%s"`, quote(field.name), quote(field.file.name)))
		header.Set("Content-Type", field.file.contentType)
		part, err := w.CreatePart(header)
		if err != nil {
			return nil, "", err
		}
		if _, err := part.Write(field.file.data); err != nil {
			return nil, "", err
		}
	}
	if err := w.Close(); err != nil {
		return nil, "", err
	}
	return b.Bytes(), w.FormDataContentType(), nil
}

// quote escapes a name in a Content-Disposition (WHATWG HTML, multipart form
// data).
func quote(s string) string {
	return strings.NewReplacer("\r", "%0D", "\n", "%0A", `"`, "%22").Replace(s)
}
