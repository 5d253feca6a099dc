package k6html

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// innerHTML is the markup of what is in n, written as browsers write it (HTML
// standard, "Serializing HTML fragments"); golang.org/x/net/html escapes more
// and writes <br/> for <br>.
func innerHTML(n *html.Node) string {
	var b strings.Builder
	writeChildren(&b, n)
	return b.String()
}

// outerHTML is the markup of n.
func outerHTML(n *html.Node) string {
	var b strings.Builder
	writeNode(&b, n)
	return b.String()
}

// void elements have no content.
var void = []string{"area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input",
	"keygen", "link", "meta", "param", "source", "track", "wbr"}

// literal elements hold text in which nothing is escaped.
var literal = []string{"style", "script", "xmp", "iframe", "noembed", "noframes", "plaintext", "noscript"}

var (
	textEscaper = strings.NewReplacer("&", "&amp;", "\u00a0", "&nbsp;", "<", "&lt;", ">", "&gt;")
	attrEscaper = strings.NewReplacer("&", "&amp;", "\u00a0", "&nbsp;", `"`, "&quot;", "<", "&lt;", ">", "&gt;")
)

func writeChildren(b *strings.Builder, n *html.Node) {
	if is(n, void...) {
		return
	}
	for c := range n.ChildNodes() {
		writeNode(b, c)
	}
}

func writeNode(b *strings.Builder, n *html.Node) {
	switch n.Type {
	case html.ElementNode:
		writeElement(b, n)
	case html.TextNode:
		if is(n.Parent, literal...) {
			b.WriteString(n.Data)
		} else {
			b.WriteString(textEscaper.Replace(n.Data))
		}
	case html.CommentNode:
		b.WriteString("<!--" + n.Data + "-->")
	case html.DoctypeNode:
		b.WriteString("<!DOCTYPE " + n.Data + ">")
	default:
		writeChildren(b, n)
	}
}

func writeElement(b *strings.Builder, n *html.Node) {
	b.WriteString("<" + n.Data)
	for i, a := range n.Attr {
		name := qualified(a)
		if slices.ContainsFunc(n.Attr[:i], func(o html.Attribute) bool { return qualified(o) == name }) {
			continue // written twice in the source: the first one counts
		}
		b.WriteString(" " + name + `="` + attrEscaper.Replace(a.Val) + `"`)
	}
	b.WriteString(">")
	if is(n, void...) {
		return
	}
	writeChildren(b, n)
	b.WriteString("</" + n.Data + ">")
}
