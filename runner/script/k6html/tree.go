package k6html

import (
	"strings"

	"golang.org/x/net/html"
)

// nodeProperties are the methods without arguments that all elements have.
var nodeProperties = map[string]property{
	"childElementCount":  func(_ *page, n *html.Node) any { return len(childrenOf(n)) },
	"childNodes":         func(_ *page, n *html.Node) any { return childNodes(n) },
	"children":           func(_ *page, n *html.Node) any { return childrenOf(n) },
	"classList":          func(_ *page, n *html.Node) any { return classList(n) },
	"className":          func(_ *page, n *html.Node) any { return attributeOrNothing(n, "class") },
	"firstChild":         func(_ *page, n *html.Node) any { return n.FirstChild },
	"firstElementChild":  func(_ *page, n *html.Node) any { return first(childrenOf(n)) },
	"hasAttributes":      func(_ *page, n *html.Node) any { return len(attributesOf(n)) > 0 },
	"hasChildNodes":      func(_ *page, n *html.Node) any { return n.FirstChild != nil },
	"id":                 func(_ *page, n *html.Node) any { return attrOr(n, "id", "") },
	"innerHTML":          innerOf,
	"isDefaultNamespace": func(_ *page, n *html.Node) any { return n.Namespace == "" },
	"lang":               func(_ *page, n *html.Node) any { return attributeOrNothing(n, "lang") },
	"lastChild":          func(_ *page, n *html.Node) any { return n.LastChild },
	"lastElementChild":   func(_ *page, n *html.Node) any { return lastElement(n) },
	"namespaceURI":       func(_ *page, n *html.Node) any { return namespaces[n.Namespace] },
	"nextElementSibling": func(_ *page, n *html.Node) any {
		return sibling(n, func(s *html.Node) *html.Node { return s.NextSibling })
	},
	"nextSibling":   func(_ *page, n *html.Node) any { return n.NextSibling },
	"nodeName":      func(_ *page, n *html.Node) any { return nodeName(n) },
	"nodeType":      func(_ *page, n *html.Node) any { return nodeType(n) },
	"nodeValue":     nodeValue,
	"ownerDocument": func(at *page, n *html.Node) any { return unless(n == at.root, at.root) },
	"parentElement": func(_ *page, n *html.Node) any { return unless(!isElement(n.Parent), n.Parent) },
	"parentNode":    func(_ *page, n *html.Node) any { return n.Parent },
	"previousElementSibling": func(_ *page, n *html.Node) any {
		return sibling(n, func(s *html.Node) *html.Node { return s.PrevSibling })
	},
	"previousSibling": func(_ *page, n *html.Node) any { return n.PrevSibling },
	"selection":       func(_ *page, n *html.Node) any { return pick(n) },
	"textContent":     func(_ *page, n *html.Node) any { return nodeText(n) },
	"toString":        func(*page, *html.Node) any { return "[object html.Node]" },
}

var namespaces = map[string]string{
	"":     "http://www.w3.org/1999/xhtml",
	"svg":  "http://www.w3.org/2000/svg",
	"math": "http://www.w3.org/1998/Math/MathML",
}

// unless is n, or nothing if a condition holds.
func unless(not bool, n *html.Node) *html.Node {
	if not {
		return nil
	}
	return n
}

// nodeName is the name of a node as in the DOM: those of HTML elements are in
// upper case.
func nodeName(n *html.Node) string {
	switch n.Type {
	case html.TextNode:
		return "#text"
	case html.CommentNode:
		return "#comment"
	case html.DocumentNode:
		return "#document"
	case html.ElementNode:
		if n.Namespace == "" {
			return strings.ToUpper(n.Data)
		}
	}
	return n.Data
}

func nodeValue(_ *page, n *html.Node) any {
	if n.Type == html.TextNode || n.Type == html.CommentNode {
		return n.Data
	}
	return nil
}

func nodeText(n *html.Node) string {
	if n.Type == html.CommentNode {
		return n.Data
	}
	return textContent(n)
}

func innerOf(_ *page, n *html.Node) any {
	if !isElement(n) && n.Type != html.DocumentNode {
		return nil
	}
	return innerHTML(n)
}

func childNodes(n *html.Node) []*html.Node {
	var list []*html.Node
	for c := range n.ChildNodes() {
		list = append(list, c)
	}
	return list
}

func lastElement(n *html.Node) *html.Node {
	list := childrenOf(n)
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

// sibling is the nearest element that steps of one kind lead to.
func sibling(n *html.Node, step func(*html.Node) *html.Node) *html.Node {
	for n = step(n); n != nil && !isElement(n); {
		n = step(n)
	}
	return n
}
