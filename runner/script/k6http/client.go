package k6http

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script/vu"
	"github.com/artisan-platform/headroom/runner/spec"
)

// client sends the requests of one virtual user over connections of its own.
// Only send may be called from other goroutines than the virtual user's.
type client struct {
	vu        *vu.VU
	test      *vu.Test
	transport func() *http.Transport // made on first use
	made      *http.Transport
	traffic   traffic

	jarMu sync.Mutex
	jar   *cookiejar.Jar // nil until a server sets a cookie
}

func newClient(v *vu.VU) *client {
	c := &client{vu: v, test: v.Test}
	c.transport = sync.OnceValue(c.newTransport)
	return c
}

// newTransport makes the connections of a virtual user, which shares none
// with the others, as browsers share none. A proxy of the environment is not
// used: it would be loaded too, and would answer in the target's place.
func (c *client) newTransport() *http.Transport {
	o := c.test.Options.HTTP
	c.made = &http.Transport{
		DialContext:         c.traffic.dial,
		ForceAttemptHTTP2:   true,
		DisableCompression:  true, // a script asks for it, or gets what the server sends
		DisableKeepAlives:   o.NoConnectionReuse,
		MaxIdleConnsPerHost: max(o.BatchPerHost, 2),
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: defaultTimeout,
		WriteBufferSize:     2 << 10,
	}
	if o.InsecureSkipTLSVerify {
		c.made.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	}
	return c.made
}

// close closes the connections. No request is under way then.
func (c *client) close() {
	if c.made != nil {
		c.made.CloseIdleConnections()
	}
}

// scenario is the name of the scenario that the virtual user belongs to.
func (c *client) scenario() string {
	if c.vu.Scenario == nil {
		return ""
	}
	return c.vu.Scenario.Name
}

// result is a request with all its redirects.
type result struct{ hops []*hop }

func (r *result) last() *hop { return r.hops[len(r.hops)-1] }

// hop is one request on the wire and what became of it.
type hop struct {
	method, url    string
	status         int
	proto          string
	header         http.Header
	body           []byte
	tls            *tls.ConnectionState
	err            error // no response came, or not all of it
	invalid        bool  // it could not even be sent: the script's mistake
	timedOut       bool
	started, ended time.Time
	trace          *trace
}

// send sends a request and follows its redirects.
func (c *client) send(ctx context.Context, r *request) *result {
	limited, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	out := &result{}
	method, target, body, due := r.method, r.url, r.body, r.due
	for {
		h := c.hop(ctx, limited, r, &hop{method: method, url: target, trace: &trace{}}, body, due)
		out.hops = append(out.hops, h)
		next, ok := h.redirect()
		if !ok || len(out.hops) > r.redirects {
			return out
		}
		if h.status != http.StatusTemporaryRedirect && h.status != http.StatusPermanentRedirect {
			body = nil
			if method != http.MethodHead {
				method = http.MethodGet
			}
		}
		target, due = next, time.Time{}
	}
}

// redirect returns where the response sends the client.
func (h *hop) redirect() (string, bool) {
	switch h.status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return "", false
	}
	base, err := url.Parse(h.url)
	if err != nil {
		return "", false
	}
	to, err := base.Parse(h.header.Get("Location"))
	return fmt.Sprint(to), err == nil && h.header.Get("Location") != ""
}

// hop sends one request and reads its response. limited is ctx with the
// request's own time-out.
func (c *client) hop(ctx, limited context.Context, r *request, h *hop, body []byte, due time.Time) *hop {
	req, err := c.build(limited, r, h, body)
	h.started = time.Now()
	if err != nil {
		h.err, h.invalid, h.ended = err, true, h.started
		return h
	}
	if due.IsZero() {
		due = h.started
	}
	if r.metered {
		c.test.Meter.Started(due, h.started)
	}
	c.exchange(req, r.kind, h)
	h.ended = time.Now()
	cut := h.err != nil && ctx.Err() != nil
	h.timedOut = h.err != nil && !cut && limited.Err() != nil
	switch {
	case !r.metered:
	case cut: // by the end of the iteration: neither answered nor failed
		c.test.Meter.Abandoned()
	default:
		c.meter(r, h, due, len(body))
	}
	return h
}

func (c *client) build(ctx context.Context, r *request, h *hop, body []byte) (*http.Request, error) {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(h.trace.with(ctx), h.method, h.url, reader)
	if err != nil {
		return nil, err
	}
	if req.URL.Host == "" || (req.URL.Scheme != "http" && req.URL.Scheme != "https") {
		return nil, fmt.Errorf("%q is no URL to send a request to: write it like \"https://host/path\"", h.url)
	}
	if host := req.URL.Hostname(); !spec.HostAllowed(host, c.test.Allow) {
		return nil, &foreignHost{method: h.method, url: h.url, host: host}
	}
	req.Header = r.header.Clone()
	req.Host = r.host
	if body == nil {
		req.Header.Del("Content-Type")
	}
	for _, k := range c.cookies(req.URL) {
		req.AddCookie(k)
	}
	return req, nil
}

// exchange sends req and reads the response into h.
func (c *client) exchange(req *http.Request, kind bodyKind, h *hop) {
	res, err := c.transport().RoundTrip(req)
	if err != nil {
		h.err = err
		return
	}
	defer func() { h.err = errors.Join(h.err, res.Body.Close()) }()
	h.status, h.proto, h.header, h.tls = res.StatusCode, res.Proto, res.Header, res.TLS
	h.body, h.err = read(res, kind)
	if cookies := res.Cookies(); len(cookies) > 0 {
		c.keep(req.URL, cookies)
	}
}

// meter tells the run's meter what became of a request.
func (c *client) meter(r *request, h *hop, due time.Time, sent int) {
	c.test.Meter.Done(observation.Request{
		Scenario: c.scenario(), Name: c.test.RequestName(r.name, h.method, h.url),
		Status: h.status, Error: h.errorText(), Failed: !h.expected(r),
		ServedBy: h.header.Get(c.test.ServedBy),
		Due:      due, Started: h.started, Ended: h.ended,
		BytesIn: int64(len(h.body)), BytesOut: int64(sent),
	})
}
