package k6html

import (
	"slices"

	"golang.org/x/net/html"
)

// The properties of elements that are no attributes.

func constant(value string) property { return func(*page, *html.Node) any { return value } }

func nothing(*page, *html.Node) any { return nil }

// allText is all text in an element, ownText what is directly in it.
func allText(_ *page, n *html.Node) any { return textContent(n) }
func ownText(_ *page, n *html.Node) any { return childText(n) }

func formProperty(_ *page, n *html.Node) any    { return formOf(n) }
func labelsProperty(_ *page, n *html.Node) any  { return labelsOf(n) }
func optionsProperty(_ *page, n *html.Node) any { return optionsOf(n) }
func typeProperty(_ *page, n *html.Node) any    { return typeOf(n) }

// legendForm is the form of the fieldset that a legend is in.
func legendForm(_ *page, n *html.Node) any {
	if !is(n.Parent, "fieldset") {
		return nil
	}
	return formOf(n.Parent)
}

// labelForm is the form of the control that a label is for.
func labelForm(_ *page, n *html.Node) any {
	control := labelled(n)
	if !is(control, listed...) {
		return nil
	}
	return formOf(control)
}

// buttonValue is the value of a button, or the markup in it if it has none.
func buttonValue(_ *page, n *html.Node) any {
	if v, ok := attr(n, "value"); ok {
		return v
	}
	return innerHTML(n)
}

// listProperty is the datalist that an input suggests values from.
func listProperty(_ *page, n *html.Node) any {
	if id, ok := attr(n, "list"); ok {
		if list := byID(rootOf(n), id); is(list, "datalist") {
			return list
		}
	}
	return nil
}

var optionProperties = map[string]property{
	"form": func(_ *page, n *html.Node) any {
		if s := ancestor(n, "select"); s != nil {
			return formOf(s)
		}
		return nil
	},
	"index": func(_ *page, n *html.Node) any {
		if s := ancestor(n, "select"); s != nil {
			return max(0, slices.Index(optionsOf(s), n))
		}
		return 0
	},
	"label": func(_ *page, n *html.Node) any {
		if label := attrOr(n, "label", ""); label != "" {
			return label
		}
		return optionText(n)
	},
	"selected": func(_ *page, n *html.Node) any {
		if s := ancestor(n, "select"); s != nil {
			return slices.Contains(selectedOf(s), n)
		}
		return hasAttr(n, "selected")
	},
	"text":  func(_ *page, n *html.Node) any { return optionText(n) },
	"value": func(_ *page, n *html.Node) any { return optionValue(n) },
}

var selectProperties = map[string]property{
	"form":    formProperty,
	"labels":  labelsProperty,
	"length":  func(_ *page, n *html.Node) any { return len(optionsOf(n)) },
	"options": optionsProperty,
	"selectedIndex": func(_ *page, n *html.Node) any {
		return slices.Index(optionsOf(n), first(selectedOf(n)))
	},
	"selectedOptions": func(_ *page, n *html.Node) any { return selectedOf(n) },
	"type": func(_ *page, n *html.Node) any {
		if hasAttr(n, "multiple") {
			return "select-multiple"
		}
		return "select-one"
	},
	"value": func(_ *page, n *html.Node) any {
		if o := first(selectedOf(n)); o != nil {
			return optionValue(o)
		}
		return ""
	},
}

var textAreaProperties = map[string]property{
	"form":         formProperty,
	"labels":       labelsProperty,
	"type":         constant("textarea"),
	"defaultValue": allText,
	"value":        func(_ *page, n *html.Node) any { return textValue(n) },
	"length":       func(_ *page, n *html.Node) any { return len(textValue(n)) },
}

// mapImages are the images and objects that a map is for.
func mapImages(_ *page, n *html.Node) any {
	name := attrOr(n, "name", "")
	return below(rootOf(n), func(d *html.Node) bool {
		return name != "" && is(d, "img", "object") && attrOr(d, "usemap", "") == "#"+name
	})
}
