package k6html

import (
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
)

// element is an Element: one node of a document. Documents, texts and comments
// are Elements too.
type element struct {
	readOnly
	at   *page
	node *html.Node
}

// property is a method of elements without arguments. What it returns may be
// anything that Parser.value knows.
type property = func(at *page, n *html.Node) any

// elementMethod is a method of elements with arguments.
type elementMethod = func(at *page, n *html.Node, a *args) any

// elementMethods are the methods with arguments that all elements have.
var elementMethods = map[string]elementMethod{
	"attributes": func(_ *page, n *html.Node, a *args) any { return a.attributes(n) },
	"contains":   func(_ *page, n *html.Node, a *args) any { return contains(n, a.node(0)) },
	"getAttribute": func(_ *page, n *html.Node, a *args) any {
		return attributeOrNothing(n, a.text(0, "the name of an attribute"))
	},
	"getAttributeNode": func(_ *page, n *html.Node, a *args) any {
		return attributeOf(n, inCase(n, a.text(0, "the name of an attribute")))
	},
	"getElementsByClassName": func(_ *page, n *html.Node, a *args) any {
		return byClass(n, a.text(0, "the name of a class"))
	},
	"getElementsByTagName": func(_ *page, n *html.Node, a *args) any {
		return byTag(n, a.text(0, "the name of a tag"))
	},
	"hasAttribute": func(_ *page, n *html.Node, a *args) any {
		return hasAttr(n, inCase(n, a.text(0, "the name of an attribute")))
	},
	"isEqualNode": func(_ *page, n *html.Node, a *args) any {
		other := a.node(0)
		return other != nil && outerHTML(n) == outerHTML(other)
	},
	"isSameNode": func(_ *page, n *html.Node, a *args) any { return n == a.node(0) },
	"matches":    func(_ *page, n *html.Node, a *args) any { return a.selector(0).Match(n) },
	"querySelector": func(_ *page, n *html.Node, a *args) any {
		return first(pick(n).FindMatcher(goquery.SingleMatcher(a.selector(0))).Nodes)
	},
	"querySelectorAll": func(_ *page, n *html.Node, a *args) any {
		return pick(n).FindMatcher(a.selector(0)).Nodes
	},
}

// inCase is the name of an attribute in the case in which n has it.
func inCase(n *html.Node, name string) string {
	if n.Namespace == "" {
		return strings.ToLower(name)
	}
	return name
}

// attributes is an object of the attributes of n by their names.
func (a *args) attributes(n *html.Node) any {
	o := a.vu.Runtime.NewObject()
	for _, t := range attributesOf(n) {
		name := qualified(t)
		if err := o.Set(name, a.value(attributeOf(n, name))); err != nil {
			a.vu.Throw("%s: %v", a.name, err)
		}
	}
	return o
}

func byClass(n *html.Node, names string) []*html.Node {
	want := strings.Fields(names)
	return below(n, func(d *html.Node) bool {
		have := classList(d)
		for _, c := range want {
			if !slices.Contains(have, c) {
				return false
			}
		}
		return len(want) > 0
	})
}

func byTag(n *html.Node, name string) []*html.Node {
	return below(n, func(d *html.Node) bool { return name == "*" || d.Data == inCase(d, name) })
}

func classList(n *html.Node) []string { return tokensOf(attrOr(n, "class", "")) }

// tokensOf are the different words of a list of tokens.
func tokensOf(s string) []string {
	list := []string{}
	for _, t := range strings.FieldsFunc(s, isSpace) {
		if !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return list
}
