package k6html

import (
	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
)

// forms read the values of form controls.
var forms = map[string]method{
	"serialize": func(s *goquery.Selection, _ *args) any { return encodeURL(serialised(s.Nodes)) },
	"serializeArray": func(s *goquery.Selection, a *args) any {
		list := []any{}
		for _, e := range serialised(s.Nodes) {
			list = append(list, a.object(entry{"name", e.name}, entry{"value", e.value}))
		}
		return a.vu.Runtime.NewArray(list...)
	},
	// An object has one value for each name: of several, it is the last.
	"serializeObject": func(s *goquery.Selection, a *args) any { return a.object(serialised(s.Nodes)...) },
	"val": func(s *goquery.Selection, a *args) any {
		a.onlyReads(0)
		if s.Length() == 0 {
			return nil
		}
		return valueOf(a.at, s.Nodes[0])
	},
}

// object makes an object of entries.
func (a *args) object(list ...entry) any {
	o := a.vu.Runtime.NewObject()
	for _, e := range list {
		if err := o.Set(e.name, e.value); err != nil {
			a.vu.Throw("%s: %v", a.name, err)
		}
	}
	return o
}

// valueOf is what jQuery takes for the value of an element: a list for a
// select of several options, nothing for one of which none is selected.
func valueOf(at *page, n *html.Node) any {
	switch {
	case is(n, "select") && hasAttr(n, "multiple"):
		return selectedValues(n)
	case is(n, "select"):
		if values := selectedValues(n); len(values) > 0 {
			return values[0]
		}
		return nil
	case is(n, "button"):
		return attrOr(n, "value", "")
	}
	if get := classOf(n).property("value"); get != nil {
		return get(at, n)
	}
	return ""
}
