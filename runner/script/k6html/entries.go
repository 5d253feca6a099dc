package k6html

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// entry is a name and a value that a form sends.
type entry struct{ name, value string }

// entriesOf are what a form sends if it is submitted by a button, or by none
// if that is nil (HTML standard, "constructing the entry list").
func entriesOf(form, button *html.Node) []entry {
	var list []entry
	for _, n := range below(rootOf(form), func(d *html.Node) bool { return is(d, submitted...) && formOf(d) == form }) {
		if counts(n, button) {
			list = append(list, entriesOfControl(n)...)
		}
	}
	return list
}

// counts tells whether a control is a successful one.
func counts(n, button *html.Node) bool {
	switch {
	case disabled(n), ancestor(n, "datalist") != nil:
		return false
	case is(n, "button"), isInput(n, "submit", "image", "reset", "button"):
		return n == button
	case checkable(n):
		return hasAttr(n, "checked")
	}
	return true
}

func entriesOfControl(n *html.Node) []entry {
	name := attrOr(n, "name", "")
	if isInput(n, "image") {
		if name != "" {
			name += "."
		}
		return []entry{{name + "x", "0"}, {name + "y", "0"}} // clicked at its corner
	}
	if name == "" {
		return nil
	}
	var list []entry
	switch {
	case is(n, "select"):
		for _, v := range selectedValues(n) {
			list = append(list, entry{name, v})
		}
		return list
	case is(n, "textarea"):
		list = append(list, entry{name, textValue(n)})
	case is(n, "button"):
		return append(list, entry{name, attrOr(n, "value", "")})
	case typeOf(n) == "hidden" && strings.EqualFold(name, "_charset_"):
		return append(list, entry{name, "UTF-8"})
	default:
		list = append(list, entry{name, inputValue(n)})
	}
	return append(list, direction(n)...)
}

// directed are the types of inputs that can send the direction of their text.
var directed = []string{"hidden", "text", "search", "tel", "url", "email", "password", "submit", "reset", "button"}

// direction is what a control with the attribute dirname adds: the direction
// in which its text is written.
func direction(n *html.Node) []entry {
	name := attrOr(n, "dirname", "")
	if name == "" || (is(n, "input") && !isInput(n, directed...)) {
		return nil
	}
	for at := n; at != nil; at = at.Parent {
		if dir := strings.ToLower(attrOr(at, "dir", "")); dir == "rtl" || dir == "ltr" {
			return []entry{{name, dir}}
		}
	}
	return []entry{{name, "ltr"}}
}

// override gives a field the values that a script wants, where the form has it
// or else at the end.
func override(list []entry, f Field) []entry {
	at := slices.IndexFunc(list, func(e entry) bool { return e.name == f.Name })
	if at < 0 {
		at = len(list)
	}
	var values []entry
	for _, v := range f.Values {
		values = append(values, entry{f.Name, v})
	}
	rest := slices.DeleteFunc(slices.Clone(list[at:]), func(e entry) bool { return e.name == f.Name })
	return slices.Concat(list[:at], values, rest)
}

// serialised are the entries that jQuery makes of nodes: the successful
// controls among them and in the forms and fieldsets among them, without
// buttons and files.
func serialised(list []*html.Node) []entry {
	var all []entry
	for _, n := range list {
		controls := []*html.Node{n}
		if is(n, "form", "fieldset") {
			controls = controlsOf(n)
		}
		for _, c := range controls {
			if !is(c, "input", "select", "textarea") || isInput(c, "file") || !counts(c, nil) {
				continue
			}
			for _, e := range entriesOfControl(c) {
				if e.name == attrOr(c, "name", "") {
					all = append(all, entry{e.name, crlf(e.value)})
				}
			}
		}
	}
	return all
}

// crlf writes the ends of lines as they are sent.
func crlf(s string) string { return lineEnds.Replace(s) }

var lineEnds = strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n")
