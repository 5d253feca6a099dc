// Package k6html is the module k6/html: it parses HTML and gives scripts
// selections like those of jQuery and elements like those of the DOM. What a
// browser sends when somebody clicks a link or submits a form is worked out
// here too, for Response.clickLink and Response.submitForm.
package k6html

import (
	"strconv"

	"github.com/grafana/sobek"
	"golang.org/x/net/html"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Module is the module k6/html.
func Module() vu.Module {
	return vu.Module{
		Name:    "k6/html",
		Exports: []string{"parseHTML", "NodeType"},
		New: func(v *vu.VU) func(string) any {
			p := New(v)
			return func(name string) any {
				if name == "NodeType" {
					return p.nodeTypes()
				}
				return p.parseHTML
			}
		},
	}
}

// parseHTML is parseHTML(source): a selection of the whole document.
func (p *Parser) parseHTML(call sobek.FunctionCall) sobek.Value {
	source, ok := call.Argument(0).Export().(string)
	if !ok {
		panic(p.vu.Runtime.NewTypeError("parseHTML() needs a string of HTML, and got %s", call.Argument(0)))
	}
	value, err := p.Parse(source, "")
	if err != nil {
		p.vu.Throw("parseHTML(): %v", err)
	}
	return value
}

// The numbers of the DOM for the kinds of nodes, by the names that scripts
// know them by.
var nodeTypes = []struct {
	name string
	kind html.NodeType
	code int
}{
	{"ElementNode", html.ElementNode, 1}, {"TextNode", html.TextNode, 3}, {"CommentNode", html.CommentNode, 8},
	{"DocumentNode", html.DocumentNode, 9}, {"DoctypeNode", html.DoctypeNode, 10},
}

// nodeTypes is the enumeration NodeType, which maps names to numbers and, as
// enumerations of TypeScript do, numbers to names.
func (p *Parser) nodeTypes() *sobek.Object {
	o := p.vu.Runtime.NewObject()
	for _, t := range nodeTypes {
		for key, value := range map[string]any{t.name: t.code, strconv.Itoa(t.code): t.name} {
			if err := o.Set(key, value); err != nil {
				p.vu.Throw("make NodeType: %v", err)
			}
		}
	}
	return o
}

// nodeType is the number of the DOM for a kind of node.
func nodeType(n *html.Node) int {
	for _, t := range nodeTypes {
		if t.kind == n.Type {
			return t.code
		}
	}
	return 0
}
