package k6html

import (
	"github.com/PuerkitoBio/goquery"
	"github.com/grafana/sobek"
	"golang.org/x/net/html"
)

// testers call a function of the script for each node, or test the nodes by
// one or by a matcher. The function's first argument is an index; its second
// argument and its this are an Element for each(), as the DOM has it, and a
// Selection of one node for the others.
var testers = map[string]method{
	"each": func(s *goquery.Selection, a *args) any {
		f := called(a)
		for i, n := range s.Nodes {
			if f(a.value(n), i).StrictEquals(a.vu.Runtime.ToValue(false)) {
				break
			}
		}
		return s
	},
	"map": func(s *goquery.Selection, a *args) any {
		f := called(a)
		results := make([]any, s.Length())
		for i, n := range s.Nodes {
			results[i] = f(a.value(pick(n)), i)
		}
		return a.vu.Runtime.NewArray(results...)
	},
	"filter": func(s *goquery.Selection, a *args) any {
		return pick(matching(s, a, true)...)
	},
	"not": func(s *goquery.Selection, a *args) any {
		return pick(matching(s, a, false)...)
	},
	"is": func(s *goquery.Selection, a *args) any {
		test := tester(a)
		for i, n := range s.Nodes {
			if test(i, n) {
				return true
			}
		}
		return false
	},
}

// called is the function that a method must be given.
func called(a *args) func(this sobek.Value, index int) sobek.Value {
	f := a.callback(0)
	if f == nil {
		a.wrong(0, "a function")
	}
	return f
}

// matching are the nodes for which the test that the script gave comes out as
// wanted.
func matching(s *goquery.Selection, a *args, want bool) []*html.Node {
	test := tester(a)
	var kept []*html.Node
	for i, n := range s.Nodes {
		if test(i, n) == want {
			kept = append(kept, n)
		}
	}
	return kept
}

// tester is the test that a script gave: a function or a matcher.
func tester(a *args) func(int, *html.Node) bool {
	if f := a.callback(0); f != nil {
		return func(i int, n *html.Node) bool { return f(a.value(pick(n)), i).ToBoolean() }
	}
	m := a.matcher(0)
	return func(_ int, n *html.Node) bool { return m.Match(n) }
}
