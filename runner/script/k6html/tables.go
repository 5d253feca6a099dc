package k6html

import (
	"slices"

	"golang.org/x/net/html"
)

var tableProperties = map[string]property{
	"caption": func(_ *page, n *html.Node) any { return first(childrenOf(n, "caption")) },
	"rows":    func(_ *page, n *html.Node) any { return rowsOf(n) },
	"tBodies": func(_ *page, n *html.Node) any { return childrenOf(n, "tbody") },
	"tFoot":   func(_ *page, n *html.Node) any { return first(childrenOf(n, "tfoot")) },
	"tHead":   func(_ *page, n *html.Node) any { return first(childrenOf(n, "thead")) },
}

// rowsOf are the rows of a table: those of its heads, then those of its bodies
// and its own, then those of its feet.
func rowsOf(table *html.Node) []*html.Node {
	var head, body, foot []*html.Node
	for _, c := range childrenOf(table) {
		switch {
		case is(c, "thead"):
			head = append(head, childrenOf(c, "tr")...)
		case is(c, "tfoot"):
			foot = append(foot, childrenOf(c, "tr")...)
		case is(c, "tbody"):
			body = append(body, childrenOf(c, "tr")...)
		case is(c, "tr"):
			body = append(body, c)
		}
	}
	return slices.Concat(head, body, foot)
}

var rowProperties = map[string]property{
	"cells": func(_ *page, n *html.Node) any { return childrenOf(n, "td", "th") },
	"rowIndex": func(_ *page, n *html.Node) any {
		table := n.Parent
		if is(table, "thead", "tbody", "tfoot") {
			table = table.Parent
		}
		if !is(table, "table") {
			return -1
		}
		return slices.Index(rowsOf(table), n)
	},
	"sectionRowIndex": func(_ *page, n *html.Node) any {
		switch {
		case is(n.Parent, "table"):
			return slices.Index(rowsOf(n.Parent), n)
		case is(n.Parent, "thead", "tbody", "tfoot"):
			return slices.Index(childrenOf(n.Parent, "tr"), n)
		}
		return -1
	},
}

func cellIndex(_ *page, n *html.Node) any {
	if !is(n.Parent, "tr") {
		return -1
	}
	return slices.Index(childrenOf(n.Parent, "td", "th"), n)
}
