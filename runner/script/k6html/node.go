package k6html

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// attr returns the value of an attribute by its qualified name.
func attr(n *html.Node, name string) (string, bool) {
	for i := range attributesOf(n) {
		if qualified(n.Attr[i]) == name {
			return n.Attr[i].Val, true
		}
	}
	return "", false
}

// attributesOf are the attributes of an element; other nodes have none, though
// the parser keeps the identifiers of a doctype as such.
func attributesOf(n *html.Node) []html.Attribute {
	if n.Type != html.ElementNode {
		return nil
	}
	return n.Attr
}

func qualified(a html.Attribute) string {
	if a.Namespace == "" {
		return a.Key
	}
	return a.Namespace + ":" + a.Key
}

func attrOr(n *html.Node, name, otherwise string) string {
	if v, ok := attr(n, name); ok {
		return v
	}
	return otherwise
}

func hasAttr(n *html.Node, name string) bool {
	_, ok := attr(n, name)
	return ok
}

// attributeOrNothing looks an attribute up as getAttribute does: names in HTML
// are in lower case, whatever a script writes.
func attributeOrNothing(n *html.Node, name string) any {
	if n.Namespace == "" {
		name = strings.ToLower(name)
	}
	if v, ok := attr(n, name); ok {
		return v
	}
	return nil
}

// is tells whether n is an HTML element with one of the names.
func is(n *html.Node, names ...string) bool {
	return n != nil && n.Type == html.ElementNode && n.Namespace == "" && slices.Contains(names, n.Data)
}

// isElement tells whether n is an element of any kind.
func isElement(n *html.Node) bool { return n != nil && n.Type == html.ElementNode }

// ancestor is the nearest ancestor with one of the names, nil if there is
// none.
func ancestor(n *html.Node, names ...string) *html.Node {
	for p := range n.Ancestors() {
		if is(p, names...) {
			return p
		}
	}
	return nil
}

// childrenOf are the child elements with one of the names, or all if there
// are no names.
func childrenOf(n *html.Node, names ...string) []*html.Node {
	var list []*html.Node
	for c := range n.ChildNodes() {
		if isElement(c) && (len(names) == 0 || is(c, names...)) {
			list = append(list, c)
		}
	}
	return list
}

// below are the elements below n that pass a test, in tree order.
func below(n *html.Node, test func(*html.Node) bool) []*html.Node {
	var list []*html.Node
	for d := range n.Descendants() {
		if isElement(d) && test(d) {
			list = append(list, d)
		}
	}
	return list
}

// named are the elements below n with one of the names, in tree order.
func named(n *html.Node, names ...string) []*html.Node {
	return below(n, func(d *html.Node) bool { return is(d, names...) })
}

func first(list []*html.Node) *html.Node {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// rootOf is the top of the tree that n is in.
func rootOf(n *html.Node) *html.Node {
	for n.Parent != nil {
		n = n.Parent
	}
	return n
}

// byID is the first element below root with an id, nil if there is none.
func byID(root *html.Node, id string) *html.Node {
	for d := range root.Descendants() {
		if v, ok := attr(d, "id"); ok && v == id && isElement(d) {
			return d
		}
	}
	return nil
}

// textContent is the text at and below n.
func textContent(n *html.Node) string {
	var b strings.Builder
	writeText(&b, n)
	return b.String()
}

func writeText(b *strings.Builder, n *html.Node) {
	if n.Type == html.TextNode {
		b.WriteString(n.Data)
	}
	for c := range n.ChildNodes() {
		writeText(b, c)
	}
}

// childText is the text directly in n.
func childText(n *html.Node) string {
	var b strings.Builder
	for c := range n.ChildNodes() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// collapsed is text without white space around it and with single spaces
// within.
func collapsed(s string) string { return strings.Join(strings.FieldsFunc(s, isSpace), " ") }

// isSpace tells whether r is white space to HTML.
func isSpace(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\f' || r == '\r' }
