package k6html

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// optionsOf are the options of a select, or of a datalist.
func optionsOf(n *html.Node) []*html.Node {
	return below(n, func(d *html.Node) bool {
		return is(d, "option") && ancestor(d, "select", "datalist") == n
	})
}

// selectedOf are the selected options of a select when a page has just loaded:
// those marked so; if only one may be selected, the last of these, and if it
// is shown as a drop-down, the first that is enabled for want of any.
func selectedOf(n *html.Node) []*html.Node {
	all := optionsOf(n)
	var marked []*html.Node
	for _, o := range all {
		if hasAttr(o, "selected") {
			marked = append(marked, o)
		}
	}
	if hasAttr(n, "multiple") {
		return marked
	}
	if len(marked) > 0 {
		return marked[len(marked)-1:]
	}
	if size, ok := parseInt(attrOr(n, "size", "")); ok && size > 1 {
		return nil
	}
	if i := slices.IndexFunc(all, enabledOption); i >= 0 {
		return all[i : i+1]
	}
	return nil
}

func enabledOption(o *html.Node) bool {
	return !hasAttr(o, "disabled") && (!is(o.Parent, "optgroup") || !hasAttr(o.Parent, "disabled"))
}

// selectedValues are the values that a select contributes to its form.
func selectedValues(n *html.Node) []string {
	values := []string{}
	for _, o := range selectedOf(n) {
		if enabledOption(o) {
			values = append(values, optionValue(o))
		}
	}
	return values
}

func optionValue(o *html.Node) string { return attrOr(o, "value", optionText(o)) }

func optionText(o *html.Node) string {
	var b strings.Builder
	for d := range o.Descendants() {
		if d.Type == html.TextNode && !is(d.Parent, "script") && ancestor(d, "script") == nil {
			b.WriteString(d.Data)
		}
	}
	return collapsed(b.String())
}
