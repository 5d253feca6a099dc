package k6html

import (
	"maps"
	"strings"

	"github.com/PuerkitoBio/goquery"
)

// selection is a Selection: a set of nodes of one document.
type selection struct {
	readOnly
	at    *page
	nodes *goquery.Selection
}

// method is a method of a Selection. What it returns may be anything that
// Parser.value knows.
type method = func(s *goquery.Selection, a *args) any

// selectionMethod is the method of that name, nil if there is none.
func selectionMethod(name string) method {
	if step := steps[name]; step != nil {
		return func(s *goquery.Selection, a *args) any { return step(s).filtered(a.optional(0)) }
	}
	if until := untils[name]; until != nil {
		return func(s *goquery.Selection, a *args) any {
			stop := a.optional(0)
			if stop == nil {
				stop = nodes(nil) // nothing stops it
			}
			return walked{until(s, stop)}.filtered(a.optional(1))
		}
	}
	return selectionMethods[name]
}

// walked is where a step through the document led.
type walked struct{ *goquery.Selection }

func (w walked) filtered(by goquery.Matcher) *goquery.Selection {
	if by == nil {
		return w.Selection
	}
	return w.FilterMatcher(by)
}

// step makes a way through the document of a method of goquery.
func step(f func(*goquery.Selection) *goquery.Selection) func(*goquery.Selection) walked {
	return func(s *goquery.Selection) walked { return walked{f(s)} }
}

// steps lead to other nodes, which an optional matcher filters.
var steps = map[string]func(*goquery.Selection) walked{
	"children": step((*goquery.Selection).Children),
	"next":     step((*goquery.Selection).Next),
	"nextAll":  step((*goquery.Selection).NextAll),
	"parent":   step((*goquery.Selection).Parent),
	"parents":  step((*goquery.Selection).Parents),
	"prev":     step((*goquery.Selection).Prev),
	"prevAll":  step((*goquery.Selection).PrevAll),
}

// untils lead to other nodes up to one that an optional matcher matches; a
// second one filters them.
var untils = map[string]func(*goquery.Selection, goquery.Matcher) *goquery.Selection{
	"nextUntil":    (*goquery.Selection).NextUntilMatcher,
	"parentsUntil": (*goquery.Selection).ParentsUntilMatcher,
	"prevUntil":    (*goquery.Selection).PrevUntilMatcher,
}

// selectionMethods are all other methods of a Selection.
var selectionMethods = join(positions, readers, testers, forms)

func join(tables ...map[string]method) map[string]method {
	all := make(map[string]method)
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

// positions pick some of the nodes, or nodes near them.
var positions = map[string]method{
	"closest":  func(s *goquery.Selection, a *args) any { return s.ClosestMatcher(a.matcher(0)) },
	"contents": func(s *goquery.Selection, _ *args) any { return s.Contents() },
	"eq":       func(s *goquery.Selection, a *args) any { return s.Eq(a.integer(0, "an index")) },
	"find":     func(s *goquery.Selection, a *args) any { return s.FindMatcher(a.matcher(0)) },
	"first":    func(s *goquery.Selection, _ *args) any { return s.First() },
	"has":      func(s *goquery.Selection, a *args) any { return s.HasMatcher(a.matcher(0)) },
	"last":     func(s *goquery.Selection, _ *args) any { return s.Last() },
	"single": func(s *goquery.Selection, a *args) any {
		return s.FindMatcher(goquery.SingleMatcher(a.selector(0))).First()
	},
	"slice": func(s *goquery.Selection, a *args) any {
		start, end := a.integer(0, "a start"), s.Length()
		if a.has(1) {
			end = a.integer(1, "an end that is a number")
		}
		return pick(slice(s.Nodes, start, end)...)
	},
}

// slice cuts a list as Array.slice does: numbers below 0 count from the end,
// and what is out of range is left out.
func slice[T any](list []T, start, end int) []T {
	n := len(list)
	bound := func(i int) int {
		if i < 0 {
			i += n
		}
		return max(0, min(i, n))
	}
	start, end = bound(start), bound(end)
	return list[start:max(start, end)]
}

// readers tell something about the nodes.
var readers = map[string]method{
	"attr": func(s *goquery.Selection, a *args) any {
		a.onlyReads(1)
		name := a.text(0, "the name of an attribute")
		if s.Length() == 0 {
			return nil
		}
		return attributeOrNothing(s.Nodes[0], name)
	},
	"data": data,
	"get": func(s *goquery.Selection, a *args) any {
		if !a.has(0) {
			return s.Nodes
		}
		if one := s.Eq(a.integer(0, "an index")); one.Length() > 0 {
			return one.Nodes[0]
		}
		return nil
	},
	"html": func(s *goquery.Selection, a *args) any {
		a.onlyReads(0)
		if s.Length() == 0 {
			return nil
		}
		return innerHTML(s.Nodes[0])
	},
	"size": func(s *goquery.Selection, _ *args) any { return s.Length() },
	"text": func(s *goquery.Selection, a *args) any {
		a.onlyReads(0)
		var b strings.Builder
		for _, n := range s.Nodes {
			writeText(&b, n)
		}
		return b.String()
	},
	"toArray": func(s *goquery.Selection, _ *args) any {
		list := make([]*goquery.Selection, s.Length())
		for i, n := range s.Nodes {
			list[i] = pick(n)
		}
		return list
	},
}
