package k6http

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/network"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// target is a URL, taken apart once for all requests to it. It is immutable,
// but for what it remembers.
type target struct {
	url       string // as it is told: without credentials and fragment
	parsed    *url.URL
	secure    bool
	host      string
	port      uint16
	authority string // for the header Host
	path      string // with the query, as the request line has it
	proxy     *url.URL
	refused   error // why no request may go there
	last      atomic.Pointer[endpoint]
}

// endpoint is the endpoint of requests of one method.
type endpoint struct {
	method string
	*metric.Endpoint
}

// invalidURL is a URL that nothing can be sent to, and why.
type invalidURL struct{ url, why string }

func (e *invalidURL) Error() string {
	return fmt.Sprintf("%q is no URL to send a request to: %s", e.url, e.why)
}

// newTarget takes a URL apart.
func newTarget(raw string, n *network.Network) (*target, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, &invalidURL{raw, "write it like \"https://host/path\""}
	}
	u.RawQuery = visible(u.RawQuery)
	t := &target{parsed: u, secure: u.Scheme == "https", authority: u.Host, path: u.RequestURI()}
	if t.host, t.port, err = network.SplitPort(u.Host, u.Scheme); err != nil {
		return nil, &invalidURL{raw, err.Error()}
	}
	shown := *u
	shown.Fragment, shown.RawFragment = "", ""
	if shown.User != nil {
		shown.User = url.UserPassword("****", "****")
	}
	if t.url = raw; shown.User != nil || u.Fragment != "" {
		t.url = strings.Replace(shown.String(), "%2A%2A%2A%2A:%2A%2A%2A%2A@", "****:****@", 1)
	}
	if t.proxy, err = n.Proxy(u); err != nil {
		return nil, fmt.Errorf("%q: find its proxy: %w", raw, err)
	}
	t.refused = n.Check(t.host, t.port)
	return t, nil
}

// visible escapes what a request line cannot hold (RFC 9112, 3.2) of a query;
// a space would end it.
func visible(query string) string {
	isVisible := func(c byte) bool { return c > ' ' && c < 0x7f }
	var b strings.Builder
	for i := range len(query) {
		if isVisible(query[i]) {
			b.WriteByte(query[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", query[i])
		}
	}
	return b.String()
}

// endpoint is what requests of a method to the URL count for.
func (t *target) endpoint(test *vu.Test, method string) *metric.Endpoint {
	if e := t.last.Load(); e != nil && e.method == method {
		return e.Endpoint
	}
	e := test.Endpoint(vu.EndpointName(method, t.parsed))
	t.last.Store(&endpoint{method, e})
	return e
}

// maxTargets bounds the URLs that are kept apart in memory.
const maxTargets = 4096

// targets remembers URLs. It is safe for concurrent use.
type targets struct {
	known sync.Map // URL -> *target
	count atomic.Int64
}

func (c *targets) find(raw string, n *network.Network) (*target, error) {
	if known, ok := c.known.Load(raw); ok {
		t, _ := known.(*target)
		return t, nil
	}
	t, err := newTarget(raw, n)
	if err != nil || c.count.Load() >= maxTargets {
		return t, err
	}
	if _, twice := c.known.LoadOrStore(raw, t); !twice {
		c.count.Add(1)
	}
	return t, nil
}
