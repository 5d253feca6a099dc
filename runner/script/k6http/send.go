package k6http

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/artisan-platform/headroom/runner/script/network"
)

// call is one call of a script's function: a request, and the hops that it
// took. It lives as long as the script keeps the response.
type call struct {
	request
	first hop
	more  []*hop // redirects, and the answer to a demand for authentication
}

// last is the hop whose response the script gets.
func (k *call) last() *hop {
	if n := len(k.more); n > 0 {
		return k.more[n-1]
	}
	return &k.first
}

// hops yields all of them in their order.
func (k *call) hops(yield func(*hop) bool) {
	if !yield(&k.first) {
		return
	}
	for _, h := range k.more {
		if !yield(h) {
			return
		}
	}
}

// send sends the request of k and follows its redirects. ctx is that of the
// iteration; it is looked at only by what takes long.
func (c *client) send(ctx context.Context, k *call) {
	if k.first.err != nil || !c.admit(ctx, k) {
		return
	}
	deadline := time.Now().Add(k.timeout)
	h, body, due := &k.first, k.body, k.due
	h.method, h.target = k.method, k.to
	for left := k.redirects; ; {
		h.request = &k.request
		h.sent, h.err = c.fields(k, h, body)
		if h.err != nil {
			h.invalid, h.started = true, time.Now()
			h.due, h.ended = h.started, h.started
			return
		}
		c.do(ctx, deadline, h, body, due)
		if h.err != nil {
			return
		}
		h.keepCookies(c.jarOf(k))
		next := h.authorize()
		if next == nil {
			if next = c.redirect(h); next == nil || left <= 0 {
				return
			}
			left--
			if h.res.Status != http.StatusTemporaryRedirect && h.res.Status != http.StatusPermanentRedirect {
				body = nil
			}
		}
		k.more = append(k.more, next)
		h, due = next, time.Time{}
	}
}

// admit waits for the test's limit of requests a second.
func (c *client) admit(ctx context.Context, k *call) bool {
	if c.shared.limiter == nil {
		return true
	}
	if err := c.shared.limiter.Wait(ctx); err != nil {
		h := &k.first
		h.request, h.method, h.target = &k.request, k.method, k.to
		h.err, h.cut = err, true
		return false
	}
	return true
}

// redirect is the hop that a response sends the client on; nil if it does not.
func (c *client) redirect(h *hop) *hop {
	switch h.res.Status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil
	}
	location := string(h.res.Field("location"))
	if location == "" {
		return nil
	}
	next := &hop{method: h.method}
	if h.res.Status != http.StatusTemporaryRedirect && h.res.Status != http.StatusPermanentRedirect && h.method != http.MethodHead {
		next.method = http.MethodGet
	}
	to, err := h.target.parsed.Parse(location)
	if err == nil {
		next.target, err = c.shared.targets.find(to.String(), c.vu.Test.Network)
	}
	if err != nil {
		h.err = fmt.Errorf("follow the redirect to %q: %w", location, err)
		return nil
	}
	return next
}

// fields are the header fields of a hop, Host first if the script set it.
func (c *client) fields(k *call, h *hop, body []byte) ([]field, error) {
	list := make([]field, 0, len(k.header)+6)
	same := h.target.authority == k.to.authority && h.target.secure == k.to.secure
	for _, f := range k.header {
		switch {
		case f.name == "Host" && same:
			list = append([]field{f}, list...)
		case f.name == "Host", f.name == "Content-Type" && body == nil, !same && secret(f.name):
		default:
			list = append(list, f)
		}
	}
	if agent := c.vu.Test.Options.HTTP.UserAgent; agent != "" && !k.has("User-Agent") {
		list = append(list, field{"User-Agent", agent})
	}
	if n := len(body); n > 0 || (h.method != "GET" && h.method != "HEAD" && h.method != "OPTIONS") {
		list = append(list, field{"Content-Length", strconv.Itoa(n)})
	}
	if a := k.authorization(h, same); a != "" {
		list = append(list, field{"Authorization", a})
	}
	if value := k.cookieHeader(c.jarOf(k), h, same); value != "" {
		list = append(list, field{"Cookie", value})
	}
	if h.target.proxy != nil && !h.target.secure {
		if a := network.ProxyAuthorization(h.target.proxy); a != "" {
			list = append(list, field{"Proxy-Authorization", a})
		}
	}
	if c.vu.Test.Options.HTTP.NoConnectionReuse {
		list = append(list, field{"Connection", "close"})
	}
	for _, f := range list {
		if err := f.check(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// secret tells whether a field is for the host alone that the script named.
func secret(name string) bool {
	return name == "Authorization" || name == "Cookie" || name == "Proxy-Authorization" || name == "Www-Authenticate"
}
