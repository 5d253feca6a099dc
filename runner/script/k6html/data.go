package k6html

import (
	"regexp"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/grafana/sobek"
	"golang.org/x/net/html"
)

// data is Selection.data(key): the attribute data-key of the first node, or
// all attributes of that kind as an object.
func data(s *goquery.Selection, a *args) any {
	a.onlyReads(1)
	if s.Length() == 0 {
		return nil
	}
	if a.has(0) {
		name := "data-" + dashed(a.text(0, "a key"))
		if v, ok := attr(s.Nodes[0], name); ok {
			return a.typed(v)
		}
		return nil
	}
	all := a.vu.Runtime.NewObject()
	for _, t := range dataAttributes(s.Nodes[0]) {
		if err := all.Set(t.name, a.typed(t.value)); err != nil {
			a.vu.Throw("%s: %v", a.name, err)
		}
	}
	return all
}

// dataAttributes are the attributes data-* of a node under the names that
// jQuery gives them: test-id is testId.
func dataAttributes(n *html.Node) []entry {
	var list []entry
	for _, t := range attributesOf(n) {
		if key, ok := strings.CutPrefix(t.Key, "data-"); ok && t.Namespace == "" {
			list = append(list, entry{camelCase(key), t.Val})
		}
	}
	return list
}

var (
	dashLetter = regexp.MustCompile("-[a-z]")
	capital    = regexp.MustCompile("[A-Z]")
)

func camelCase(key string) string {
	return dashLetter.ReplaceAllStringFunc(key, func(s string) string { return strings.ToUpper(s[1:]) })
}

// dashed undoes camelCase.
func dashed(key string) string {
	return strings.ToLower(capital.ReplaceAllString(key, "-$0"))
}

// braced is a value that jQuery takes for JSON.
var braced = regexp.MustCompile(`(?s)^(\{.*\}|\[.*\])$`)

// typed gives a value the type that jQuery reads from it. A number is one only
// if it is written as JavaScript writes it, so that ids such as "007" and
// numbers too long to be exact stay as they are.
func (a *args) typed(text string) sobek.Value {
	value := a.vu.Runtime.ToValue(text)
	switch text {
	case "true", "false":
		return a.vu.Runtime.ToValue(text == "true")
	case "null":
		return sobek.Null()
	}
	if n := value.ToNumber(); n.String() == text {
		return n
	}
	if braced.MatchString(text) {
		if parsed, err := a.vu.ParseJSON(text); err == nil {
			return parsed // what is not JSON after all is a string
		}
	}
	return value
}
