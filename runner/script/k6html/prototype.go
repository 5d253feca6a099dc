package k6html

import (
	"github.com/grafana/sobek"
)

// function is a method as the JavaScript engine calls it.
type function = func(sobek.FunctionCall) sobek.Value

// prototype holds the methods that all objects of a kind share. Each is made
// when it is first asked for: a script uses few of them.
type prototype struct {
	readOnly
	find func(name string) function // nil: there is no such method
	made map[string]sobek.Value
}

func (p *Parser) prototype(find func(name string) function) *sobek.Object {
	return p.vu.Runtime.NewDynamicObject(&prototype{readOnly{p}, find, make(map[string]sobek.Value)})
}

var _ sobek.DynamicObject = (*prototype)(nil)

// Get implements sobek.DynamicObject.
func (t *prototype) Get(key string) sobek.Value {
	if v, ok := t.made[key]; ok {
		return v
	}
	f := t.find(key)
	if f == nil {
		return nil
	}
	t.made[key] = t.parser.vu.Runtime.ToValue(f)
	return t.made[key]
}

// Has implements sobek.DynamicObject.
func (t *prototype) Has(key string) bool { return t.Get(key) != nil }

// receiver is what is behind the object that a method is called on.
func receiver[T any](p *Parser, method, kind string, this sobek.Value) T {
	if o, ok := this.(*sobek.Object); ok {
		if r, ok := o.Export().(T); ok {
			return r
		}
	}
	panic(p.vu.Runtime.NewTypeError("%s must be called on %s", method, kind))
}

// selectionPrototype is what selections inherit.
func (p *Parser) selectionPrototype() *sobek.Object {
	if p.selections == nil {
		p.selections = p.prototype(func(name string) function {
			m := selectionMethod(name)
			if m == nil {
				return nil
			}
			return func(call sobek.FunctionCall) sobek.Value {
				s := receiver[*selection](p, "Selection."+name+"()", "a Selection", call.This)
				return p.value(s.at, m(s.nodes, &args{p, p.vu, s.at, call, "Selection." + name + "()"}))
			}
		})
	}
	return p.selections
}

// elementPrototype is what elements of a class inherit.
func (p *Parser) elementPrototype(c *class) *sobek.Object {
	if o := p.elements[c]; o != nil {
		return o
	}
	o := p.prototype(func(name string) function {
		m := c.method(name)
		if m == nil {
			return nil
		}
		return func(call sobek.FunctionCall) sobek.Value {
			e := receiver[*element](p, c.name+"."+name+"()", "an Element", call.This)
			return p.value(e.at, m(e.at, e.node, &args{p, p.vu, e.at, call, c.name + "." + name + "()"}))
		}
	})
	if c.parent != nil {
		if err := o.SetPrototype(p.elementPrototype(c.parent)); err != nil {
			p.vu.Throw("make the class %s of k6/html: %v", c.name, err)
		}
	}
	if p.elements == nil {
		p.elements = make(map[*class]*sobek.Object)
	}
	p.elements[c] = o
	return o
}

// attributePrototype is what attributes inherit.
func (p *Parser) attributePrototype() *sobek.Object {
	if p.attributes == nil {
		p.attributes = p.prototype(func(name string) function {
			get := attributeMethods[name]
			if get == nil {
				return nil
			}
			return func(call sobek.FunctionCall) sobek.Value {
				a := receiver[*attribute](p, "Attribute."+name+"()", "an Attribute", call.This)
				return p.vu.Runtime.ToValue(get(a.attr))
			}
		})
	}
	return p.attributes
}
