package k6html

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// The kinds of elements that forms are made of (HTML standard, "Categories").
var (
	listed    = []string{"button", "fieldset", "input", "object", "output", "select", "textarea"}
	submitted = []string{"button", "input", "select", "textarea"}
	labelable = []string{"button", "input", "keygen", "meter", "output", "progress", "select", "textarea"}
)

// typeOf is the state of a control that its attribute type gives.
func typeOf(n *html.Node) string {
	given := strings.ToLower(attrOr(n, "type", ""))
	switch {
	case is(n, "button") && !slices.Contains(buttonTypes, given):
		return "submit"
	case is(n, "input") && !slices.Contains(inputTypes, given):
		return "text"
	}
	return given
}

var (
	buttonTypes = []string{"submit", "reset", "button"}
	inputTypes  = []string{"hidden", "text", "search", "tel", "url", "email", "password", "date", "month", "week", "time",
		"datetime-local", "number", "range", "color", "checkbox", "radio", "file", "submit", "image", "reset", "button"}
)

// isInput tells whether n is an input of one of the types.
func isInput(n *html.Node, types ...string) bool {
	return is(n, "input") && slices.Contains(types, typeOf(n))
}

// submits tells whether n is a button that submits its form.
func submits(n *html.Node) bool {
	return isInput(n, "submit", "image") || (is(n, "button") && typeOf(n) == "submit")
}

// checkable tells whether n counts only if it is checked.
func checkable(n *html.Node) bool {
	return isInput(n, "checkbox", "radio")
}

// disabled tells whether a control is disabled, by itself or by a fieldset
// around it whose legend it is not in.
func disabled(n *html.Node) bool {
	if hasAttr(n, "disabled") {
		return true
	}
	for p := range n.Ancestors() {
		if is(p, "fieldset") && hasAttr(p, "disabled") {
			if legend := first(childrenOf(p, "legend")); legend == nil || !contains(legend, n) {
				return true
			}
		}
	}
	return false
}

// formOf is the form that a control belongs to: the one that its attribute
// form names, or else the one around it.
func formOf(n *html.Node) *html.Node {
	if id, given := attr(n, "form"); given && is(n, listed...) {
		if f := byID(rootOf(n), id); is(f, "form") {
			return f
		}
		return nil
	}
	if f := ancestor(n, "form"); f != nil {
		return f
	}
	return formInTable(n)
}

// formInTable is the form that begins before n where only the parts of a table
// may be, as in <table><form><tr><td><input>. Such a form ends at once, but
// has the controls of the rows that follow. Where its end tag stood is not
// known: it has all of them up to the next such form.
func formInTable(n *html.Node) *html.Node {
	table := ancestor(n, "table")
	if table == nil {
		return nil
	}
	var last *html.Node
	for d := range table.Descendants() {
		if d == n {
			break
		}
		if is(d, "form") && d.FirstChild == nil && is(d.Parent, "table", "thead", "tbody", "tfoot", "tr") {
			last = d
		}
	}
	return last
}

// controlsOf are the elements of a form or a fieldset, in tree order.
func controlsOf(n *html.Node) []*html.Node {
	if is(n, "fieldset") {
		return named(n, listed...)
	}
	return below(rootOf(n), func(d *html.Node) bool {
		return is(d, listed...) && !isInput(d, "image") && formOf(d) == n
	})
}

// labelsOf are the labels of a control.
func labelsOf(n *html.Node) []*html.Node {
	return below(rootOf(n), func(d *html.Node) bool { return is(d, "label") && labelled(d) == n })
}

// labelled is the control that a label is for, nil if there is none.
func labelled(label *html.Node) *html.Node {
	can := func(n *html.Node) bool {
		return is(n, labelable...) && !isInput(n, "hidden")
	}
	if id, ok := attr(label, "for"); ok {
		if n := byID(rootOf(label), id); n != nil && can(n) {
			return n
		}
		return nil
	}
	return first(below(label, can))
}

// textValue is the value of a textarea, with the line ends that scripts see.
func textValue(n *html.Node) string { return lineFeeds.Replace(textContent(n)) }

var lineFeeds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// inputValue is the value of an input as it is when a page has just loaded.
func inputValue(n *html.Node) string {
	switch {
	case checkable(n):
		return attrOr(n, "value", "on")
	case typeOf(n) == "file":
		return "" // nobody has chosen a file
	}
	return sanitise(n, attrOr(n, "value", ""))
}
