package k6html

import (
	"math"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
	"github.com/grafana/sobek"
	"golang.org/x/net/html"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// maker makes what scripts get for results. It is an interface so that the
// tables of methods, which the parser looks into, can be variables.
type maker interface {
	value(at *page, result any) sobek.Value
}

// args are the arguments of a call of a method.
type args struct {
	make maker
	vu   *vu.VU
	at   *page
	call sobek.FunctionCall
	name string // of the method, for errors: "Selection.find()"
}

func (a *args) arg(i int) sobek.Value { return a.call.Argument(i) }

func (a *args) has(i int) bool { return !vu.Absent(a.arg(i)) }

// value is what the script gets for a part of a result.
func (a *args) value(result any) sobek.Value { return a.make.value(a.at, result) }

// wrong throws because an argument is not of the type that it must be.
func (a *args) wrong(i int, want string) {
	panic(a.vu.Runtime.NewTypeError("%s needs %s, and got %s", a.name, want, a.arg(i)))
}

// onlyReads throws if there are more than n arguments: with them, methods of
// jQuery change the document.
func (a *args) onlyReads(n int) {
	if len(a.call.Arguments) > n {
		a.vu.Throw("%s cannot set anything: documents are read-only", a.name)
	}
}

func (a *args) text(i int, want string) string {
	s, ok := a.arg(i).Export().(string)
	if !ok {
		a.wrong(i, want)
	}
	return s
}

func (a *args) integer(i int, want string) int {
	f := math.NaN()
	if a.has(i) {
		f = a.arg(i).ToFloat()
	}
	if math.IsNaN(f) {
		a.wrong(i, want)
	}
	return int(max(math.MinInt32, min(f, math.MaxInt32)))
}

// callback is an argument that is a function, nil if it is none. Calling it
// passes on what it throws.
func (a *args) callback(i int) func(this sobek.Value, index int) sobek.Value {
	f, ok := sobek.AssertFunction(a.arg(i))
	if !ok {
		return nil
	}
	return func(this sobek.Value, index int) sobek.Value {
		result, err := f(this, a.vu.Runtime.ToValue(index), this)
		if err != nil {
			panic(err)
		}
		return result
	}
}

// node is an argument that is an Element, nil if there is none.
func (a *args) node(i int) *html.Node {
	if !a.has(i) {
		return nil
	}
	e, ok := a.arg(i).Export().(*element)
	if !ok {
		a.wrong(i, "an Element")
	}
	return e.node
}

// matcher is an argument that picks nodes: a selector, a Selection or an
// Element.
func (a *args) matcher(i int) goquery.Matcher {
	switch v := a.arg(i).Export().(type) {
	case string:
		m, err := compile(v)
		if err != nil {
			a.vu.Throw("%s: %v", a.name, err)
		}
		return m
	case *selection:
		return nodes(v.nodes.Nodes)
	case *element:
		return nodes{v.node}
	}
	a.wrong(i, "a selector, a Selection or an Element")
	return nil
}

// optional is matcher for an argument that may be missing; nil if it is.
func (a *args) optional(i int) goquery.Matcher {
	if !a.has(i) {
		return nil
	}
	return a.matcher(i)
}

// selector is an argument that is a selector and nothing else.
func (a *args) selector(i int) goquery.Matcher {
	m, err := compile(a.text(i, "a selector"))
	if err != nil {
		a.vu.Throw("%s: %v", a.name, err)
	}
	return m
}

// compile reads a selector. An invalid one is an error rather than a selector
// that matches nothing.
func compile(selector string) (cascadia.Selector, error) {
	m, err := cascadia.Compile(selector)
	if err != nil {
		return nil, &badSelector{selector, err}
	}
	return m, nil
}
