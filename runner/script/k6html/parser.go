package k6html

import (
	"github.com/PuerkitoBio/goquery"
	"github.com/grafana/sobek"
	"golang.org/x/net/html"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Parser makes the selections and elements of one virtual user. They are
// thin: what they can do is in prototypes, which are made on first use.
type Parser struct {
	vu         *vu.VU
	selections *sobek.Object
	attributes *sobek.Object
	elements   map[*class]*sobek.Object
}

// New returns a parser of a virtual user.
func New(v *vu.VU) *Parser { return &Parser{vu: v} }

// Parse parses HTML that was found at a URL ("" if it is not known), and
// returns a Selection of the whole document.
func (p *Parser) Parse(source, baseURL string) (sobek.Value, error) {
	at, err := parsePage(source, baseURL)
	if err != nil {
		return nil, err
	}
	return p.value(at, pick(at.root)), nil
}

// pick makes a selection of nodes.
func pick(nodes ...*html.Node) *goquery.Selection { return &goquery.Selection{Nodes: nodes} }

// value is what a script gets for a result: nothing is undefined, nodes are
// elements.
func (p *Parser) value(at *page, result any) sobek.Value {
	switch v := result.(type) {
	case nil:
		return sobek.Undefined()
	case *html.Node:
		if v == nil {
			return sobek.Undefined()
		}
		return p.object(&element{readOnly{p}, at, v}, p.elementPrototype(classOf(v)))
	case *goquery.Selection:
		return p.object(&selection{readOnly{p}, at, v}, p.selectionPrototype())
	case *attribute:
		if v == nil {
			return sobek.Undefined()
		}
		v.parser, v.at = p, at
		return p.object(v, p.attributePrototype())
	case []*html.Node:
		return array(p, at, v)
	case []*goquery.Selection:
		return array(p, at, v)
	case []string:
		return array(p, at, v)
	}
	return p.vu.Runtime.ToValue(result)
}

func array[T any](p *Parser, at *page, items []T) sobek.Value {
	list := make([]any, len(items))
	for i, item := range items {
		list[i] = p.value(at, item)
	}
	return p.vu.Runtime.NewArray(list...)
}

func (p *Parser) object(d sobek.DynamicObject, prototype *sobek.Object) *sobek.Object {
	o := p.vu.Runtime.NewDynamicObject(d)
	if err := o.SetPrototype(prototype); err != nil {
		p.vu.Throw("make an object of k6/html: %v", err)
	}
	return o
}

// readOnly is what is behind an object that has nothing of its own: all that
// it can do it inherits.
type readOnly struct{ parser *Parser }

// Get implements sobek.DynamicObject.
func (readOnly) Get(string) sobek.Value { return nil }

// Set implements sobek.DynamicObject: it throws.
func (r readOnly) Set(key string, _ sobek.Value) bool {
	panic(r.parser.vu.Runtime.NewTypeError("documents are read-only: %s cannot be set", key))
}

// Has implements sobek.DynamicObject.
func (readOnly) Has(string) bool { return false }

// Delete implements sobek.DynamicObject.
func (readOnly) Delete(string) bool { return true }

// Keys implements sobek.DynamicObject.
func (readOnly) Keys() []string { return nil }
