package k6http

import (
	"strconv"
	"strings"

	"github.com/grafana/sobek"
)

// template is what http.url makes: a URL, and the name that all URLs of the
// same template share.
type template struct{ url, name string }

// url is the template tag http.url`https://x/${id}`.
func (m *module) url(call sobek.FunctionCall) sobek.Value {
	parts, ok := call.Argument(0).(*sobek.Object)
	if !ok || parts.ClassName() != "Array" {
		m.vu.Throw("http.url is a template tag: write http.url`https://host/${id}`")
	}
	var full, name strings.Builder
	n := int(parts.Get("length").ToInteger())
	for i := range n {
		part := parts.Get(strconv.Itoa(i)).String()
		full.WriteString(part)
		name.WriteString(part)
		if i+1 < n && i+1 < len(call.Arguments) {
			full.WriteString(call.Arguments[i+1].String())
			name.WriteString("${}")
		}
	}
	return m.vu.Runtime.NewDynamicObject(&template{full.String(), name.String()}).ToObject(m.vu.Runtime)
}

var _ sobek.DynamicObject = (*template)(nil)

// The methods of sobek.DynamicObject make a template an opaque, read-only
// object: a script only passes it on.

// Get implements sobek.DynamicObject.
func (t *template) Get(string) sobek.Value { return nil }

// Set implements sobek.DynamicObject.
func (t *template) Set(string, sobek.Value) bool { return false }

// Has implements sobek.DynamicObject.
func (t *template) Has(string) bool { return false }

// Delete implements sobek.DynamicObject.
func (t *template) Delete(string) bool { return false }

// Keys implements sobek.DynamicObject.
func (t *template) Keys() []string { return nil }
