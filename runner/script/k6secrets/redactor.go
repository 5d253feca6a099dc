package k6secrets

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// redaction stands where a secret was.
const redaction = "***SECRET_REDACTED***"

// Redactor hides secrets in texts. The zero value knows none. It is safe for
// concurrent use.
type Redactor struct {
	stale    atomic.Bool                      // known has grown since replacer was made
	replacer atomic.Pointer[strings.Replacer] // nil: nothing is to be replaced

	mu    sync.Mutex
	known map[string]bool
}

// Add has a value hidden from now on, also as it looks in JSON and in URLs.
func (r *Redactor) Add(value string) {
	if value == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known[value] {
		return
	}
	if r.known == nil {
		r.known = make(map[string]bool)
	}
	for _, form := range []string{value, inJSON(value), url.QueryEscape(value), url.PathEscape(value), uriComponent.Replace(url.QueryEscape(value))} {
		r.known[form] = true
	}
	r.stale.Store(true)
}

// uriComponent makes what url.QueryEscape returns what encodeURIComponent does.
var uriComponent = strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*")

// inJSON is a text as JSON.stringify writes it, without the quotes.
func inJSON(text string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		return text // no string is without JSON
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSuffix(b.String(), "\n"), `"`), `"`)
}

// Redact replaces every value in a text. Where several begin, the longest goes.
func (r *Redactor) Redact(text string) string {
	if r.stale.Load() {
		r.rebuild()
	}
	if replacer := r.replacer.Load(); replacer != nil {
		return replacer.Replace(text)
	}
	return text
}

func (r *Redactor) rebuild() {
	r.mu.Lock()
	defer r.mu.Unlock()
	values := slices.SortedFunc(maps.Keys(r.known), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	pairs := make([]string, 0, 2*len(values))
	for _, v := range values {
		pairs = append(pairs, v, redaction)
	}
	r.replacer.Store(strings.NewReplacer(pairs...))
	r.stale.Store(false)
}
