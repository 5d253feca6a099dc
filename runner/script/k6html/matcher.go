package k6html

import (
	"fmt"
	"slices"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// badSelector is a selector that cannot be read. One that matches nothing
// instead would make a test measure something else.
type badSelector struct {
	selector string
	err      error
}

func (e *badSelector) Error() string {
	return fmt.Sprintf("the selector %q cannot be read (%v): write a CSS selector, such as \"form input[name=id]\"; jQuery's own, such as :eq(), are not supported", e.selector, e.err)
}

func (e *badSelector) Unwrap() error { return e.err }

// nodes are matched by being these and no others.
type nodes []*html.Node

var (
	_ goquery.Matcher = nodes(nil)
	_ goquery.Matcher = cascadia.Selector(nil)
)

// Match implements goquery.Matcher.
func (s nodes) Match(n *html.Node) bool { return slices.Contains(s, n) }

// MatchAll implements goquery.Matcher with those at or below a node.
func (s nodes) MatchAll(root *html.Node) []*html.Node {
	var below []*html.Node
	for _, n := range s {
		if contains(root, n) {
			below = append(below, n)
		}
	}
	return below
}

// Filter implements goquery.Matcher.
func (s nodes) Filter(list []*html.Node) []*html.Node {
	var kept []*html.Node
	for _, n := range list {
		if s.Match(n) {
			kept = append(kept, n)
		}
	}
	return kept
}

// contains tells whether n is root or below it.
func contains(root, n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == root {
			return true
		}
	}
	return false
}
