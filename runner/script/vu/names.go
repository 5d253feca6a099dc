package vu

import (
	"fmt"
	"net/url"
	"sync"
)

// MaxNames bounds the distinct endpoint names that a test keeps apart.
const MaxNames = 500

// names are the endpoints that were seen.
type names struct {
	mu    sync.Mutex
	known map[string]bool
}

// RequestName is the name under which a request is counted: the one that the
// script gave, or method and path. Beyond MaxNames different ones, all others
// share one: a URL with an id in it would make a name per request.
func (t *Test) RequestName(given, method, target string) string {
	name := given
	if name == "" {
		u, err := url.Parse(target)
		if err != nil {
			return method + " (invalid URL)"
		}
		if name = method + " " + u.Path; u.Path == "" {
			name = method + " /"
		}
	}
	t.names.mu.Lock()
	defer t.names.mu.Unlock()
	switch {
	case t.names.known[name]:
		return name
	case len(t.names.known) < MaxNames:
		if t.names.known == nil {
			t.names.known = make(map[string]bool)
		}
		t.names.known[name] = true
		return name
	case !t.names.known[""]:
		t.names.known[""] = true // the warning was given
		t.Warn(fmt.Sprintf("more than %d different URLs: the others are counted as %q; give requests a name with the tag name or http.url", MaxNames, otherName))
	}
	return otherName
}

const otherName = "(other URLs)"
