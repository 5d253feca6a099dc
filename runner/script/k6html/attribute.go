package k6html

import (
	"slices"

	"github.com/grafana/sobek"
	"golang.org/x/net/html"
)

// attribute is an Attribute: a name and a value, and the element that has them.
type attribute struct {
	parser *Parser
	at     *page
	owner  *html.Node
	attr   html.Attribute
}

var _ sobek.DynamicObject = (*attribute)(nil)

var attributeKeys = []string{"name", "value", "ownerElement"}

// Get implements sobek.DynamicObject.
func (a *attribute) Get(key string) sobek.Value {
	switch key {
	case "name":
		return a.parser.vu.Runtime.ToValue(qualified(a.attr))
	case "value":
		return a.parser.vu.Runtime.ToValue(a.attr.Val)
	case "ownerElement":
		return a.parser.value(a.at, a.owner)
	}
	return nil
}

// Set implements sobek.DynamicObject: it throws.
func (a *attribute) Set(key string, v sobek.Value) bool { return readOnly{a.parser}.Set(key, v) }

// Has implements sobek.DynamicObject.
func (a *attribute) Has(key string) bool { return slices.Contains(attributeKeys, key) }

// Delete implements sobek.DynamicObject.
func (a *attribute) Delete(key string) bool { return !a.Has(key) }

// Keys implements sobek.DynamicObject.
func (a *attribute) Keys() []string { return slices.Clone(attributeKeys) }

// attributeMethods are the methods of an Attribute.
var attributeMethods = map[string]func(html.Attribute) string{
	"localName":    func(a html.Attribute) string { return a.Key },
	"prefix":       func(a html.Attribute) string { return a.Namespace },
	"namespaceURI": func(a html.Attribute) string { return attributeNamespaces[a.Namespace] },
}

var attributeNamespaces = map[string]string{
	"xlink": "http://www.w3.org/1999/xlink",
	"xml":   "http://www.w3.org/XML/1998/namespace",
	"xmlns": "http://www.w3.org/2000/xmlns/",
}

// attributeOf is an attribute of an element by its qualified name, nil if the
// element has none of that name.
func attributeOf(n *html.Node, name string) *attribute {
	for _, a := range attributesOf(n) {
		if qualified(a) == name {
			return &attribute{owner: n, attr: a}
		}
	}
	return nil
}
