package k6html

import (
	"fmt"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/net/html"
)

// page is a parsed document and the URL that it came from.
type page struct {
	root *html.Node
	url  *url.URL        // nil: not known
	base func() *url.URL // what relative URLs are relative to; nil: not known
}

func parsePage(source, from string) (*page, error) {
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		return nil, fmt.Errorf("parse HTML: %w", err)
	}
	p := &page{root: root}
	if from != "" {
		if p.url, err = parseURL(from, nil); err != nil {
			return nil, fmt.Errorf("parse HTML: the URL that it came from: %w", err)
		}
	}
	p.base = sync.OnceValue(p.findBase)
	return p, nil
}

// findBase is the URL that the first <base href> gives, or else the page's
// own.
func (p *page) findBase() *url.URL {
	for _, b := range named(p.root, "base") {
		href, ok := attr(b, "href")
		if !ok {
			continue
		}
		u, err := parseURL(href, p.url)
		if err != nil || u.Scheme == "data" || u.Scheme == "javascript" {
			break
		}
		return u
	}
	return p.url
}

// resolve makes a URL of the page absolute.
func (p *page) resolve(ref string) (*url.URL, error) { return parseURL(ref, p.base()) }

// resolved is resolve for scripts: what is no URL stays as it is written.
func (p *page) resolved(ref string) string {
	u, err := p.resolve(ref)
	if err != nil {
		return ref
	}
	return u.String()
}

// address is the page's own URL, "" if it is not known.
func (p *page) address() string {
	if p.url == nil {
		return ""
	}
	return p.url.String()
}
