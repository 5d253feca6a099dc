package k6html

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/html"
)

// class is a kind of element: the methods that it has besides those of its
// parent.
type class struct {
	name       string
	parent     *class
	properties map[string]property
	methods    map[string]elementMethod
}

// property is the method of a class, or of its parents, that takes no
// arguments and has that name; nil if there is none.
func (c *class) property(name string) property {
	for ; c != nil; c = c.parent {
		if get := c.properties[name]; get != nil {
			return get
		}
	}
	return nil
}

// method is the method of the class itself with that name, nil if there is
// none.
func (c *class) method(name string) elementMethod {
	if get := c.properties[name]; get != nil {
		return func(at *page, n *html.Node, _ *args) any { return get(at, n) }
	}
	return c.methods[name]
}

// row describes a class in the table of classes.
type row struct {
	class, parent string
	tags          string // of its elements; "" if only its children have some
	attributes    []reflector
	computed      map[string]property
}

// classes are the table, made ready for use.
type classes struct {
	node  *class            // of all that has no class of its own
	byTag map[string]*class // of HTML elements
}

// registry are the classes, made of the table when first needed.
var registry = sync.OnceValue(func() *classes {
	r := &classes{node: &class{name: "Element", properties: nodeProperties, methods: elementMethods}, byTag: make(map[string]*class)}
	byName := map[string]*class{"": r.node}
	for _, w := range slices.Concat(linkClasses(), formClasses(), controlClasses(), embeddedClasses(), tableClasses(), textClasses()) {
		c := &class{name: w.class, parent: byName[w.parent], properties: make(map[string]property)}
		for _, a := range w.attributes {
			c.properties[a.name] = a.get
		}
		maps.Copy(c.properties, w.computed)
		byName[w.class] = c
		for _, tag := range strings.Fields(w.tags) {
			r.byTag[tag] = c
		}
	}
	return r
})

// classOf is the class of a node.
func classOf(n *html.Node) *class {
	r := registry()
	if n.Type == html.ElementNode && n.Namespace == "" {
		if c := r.byTag[n.Data]; c != nil {
			return c
		}
	}
	return r.node
}
