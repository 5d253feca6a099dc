package promquery

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

// DefaultTimeout bounds one question unless told.
const DefaultTimeout = 10 * time.Second

// Client asks one Prometheus single questions. It is safe for concurrent use.
type Client struct {
	api       *api
	transport *http.Transport
	// Warn takes what Prometheus warns of, such as a partial answer; nil drops it.
	Warn func(text string)
}

// NewClient returns a client of the Prometheus at a URL, up to before /api. It
// asks nothing yet. A user and password in the URL are sent, and never shown.
func NewClient(address string) (*Client, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("%q is no URL of a Prometheus: want http://host:port, such as http://127.0.0.1:9090", redact(address))
	}
	user := u.User
	u.User = nil
	t := &http.Transport{MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute} // no proxy: Prometheus is where the script says
	return &Client{transport: t, api: &api{base: strings.TrimSuffix(u.String(), "/"), user: user, client: &http.Client{Transport: t}, timeout: DefaultTimeout}}, nil
}

// redact hides what may be a password in what is no URL.
func redact(address string) string {
	if i := strings.LastIndexByte(address, '@'); i >= 0 {
		return "..." + address[i:]
	}
	return address
}

// URL is that of the Prometheus, without a password.
func (c *Client) URL() string { return c.api.base }

// Close closes the idle connections.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Expr is a PromQL expression that parses.
type Expr struct {
	text  string
	fresh *freshness
}

// Parse parses an expression. The error has the line and column.
func Parse(text string) (Expr, error) {
	f, err := newFreshness(text)
	if err != nil {
		return Expr{}, err
	}
	return Expr{text, f}, nil
}

// Ask evaluates an expression at one time. Whatever becomes of it is the
// outcome; one that is an error has its text. timeout bounds each of the up to
// two questions; 0 is DefaultTimeout. Samples that are older than stale make a
// stale outcome; 0 is 20 s.
func (c *Client) Ask(ctx context.Context, e Expr, at time.Time, timeout, stale time.Duration) observation.Prom {
	if stale <= 0 {
		stale = leastFresh
	}
	by := &evaluator{api: c.within(timeout), query: spec.Query{Expr: e.text}, fresh: e.fresh, limit: stale, warn: c.warn}
	return by.at(ctx, at)
}

// AskRange evaluates an expression at every step from one time to another, both
// included. There is no look at how old the samples are: what has no sample
// within Prometheus' look-back has no point.
func (c *Client) AskRange(ctx context.Context, e Expr, from, to time.Time, step, timeout time.Duration) ([]Range, error) {
	got, err := c.within(timeout).queryRange(ctx, e.text, from, to, step)
	for _, text := range got.warnings {
		c.warn(text)
	}
	return got.series, err
}

func (c *Client) within(timeout time.Duration) *api {
	a := *c.api
	if timeout > 0 {
		a.timeout = timeout
	}
	return &a
}

func (c *Client) warn(text string) {
	if c.Warn != nil {
		c.Warn(text)
	}
}
