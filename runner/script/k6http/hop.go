package k6http

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script/network"
	"github.com/artisan-platform/headroom/runner/wire"
)

// hop is one request on the wire and what became of it.
type hop struct {
	request *request
	method  string
	target  *target
	sent    []field // header fields, besides Host if they hold none
	res     wire.Response
	proto   string
	tls     *tls.ConnectionState
	remote  net.Addr
	stages  network.Stages
	reused  bool

	err       error // no response came, or not all of it
	invalid   bool  // it could not even be sent: the script's mistake
	timedOut  bool
	cut       bool // by the end of the iteration: neither answered nor failed
	challenge bool // it was answered by a demand for digest authentication, which follows

	due, started, ended time.Time
}

// field is one field of a header.
type field struct{ name, value string }

// do sends one request and reads its response.
func (c *client) do(ctx context.Context, deadline time.Time, h *hop, body []byte, due time.Time) {
	h.started = time.Now()
	if h.due = due; due.IsZero() {
		h.due = h.started
	}
	metered := h.request.metered && c.vu.Test.Meter != nil
	if metered {
		c.vu.Test.Meter.Started(h.due, h.started)
	}
	h.err = c.exchange(ctx, deadline, h, body)
	if h.ended = h.res.Ended; h.ended.IsZero() {
		h.ended = time.Now()
	}
	if h.err == nil && h.request.kind != none {
		h.decompress()
	}
	c.explain(ctx, deadline, h)
	h.demand()
	c.debug(h, body)
	switch {
	case !metered:
	case h.cut:
		c.vu.Test.Meter.Abandoned()
	default:
		c.meter(h, len(body))
	}
}

// explain tells the reasons apart why a hop failed.
func (c *client) explain(ctx context.Context, deadline time.Time, h *hop) {
	if h.err == nil {
		return
	}
	h.cut = errors.Is(h.err, wire.ErrAborted) || ctx.Err() != nil
	h.timedOut = !h.cut && !time.Now().Before(deadline)
}

// exchange sends h over a connection that is there, or a new one. A request
// that was lost on a connection which the server had closed meanwhile is sent
// again if that can do no harm (RFC 9110, 9.2.2).
func (c *client) exchange(ctx context.Context, deadline time.Time, h *hop, body []byte) error {
	if err := h.target.refused; err != nil {
		return err
	}
	for {
		conn, h2, err := c.acquire(ctx, deadline, h)
		again := false
		switch {
		case err != nil:
		case h2 != nil:
			h.reused = h2.used.Swap(true)
			err = c.over2(ctx, deadline, h2, h, body)
			again = h.reused && unprocessed(err)
		default:
			h.reused = conn.Used()
			err = c.over1(conn, deadline, h, body)
			again = h.reused && err != nil && h.res.FirstByte.IsZero() && safeToRepeat(h.method)
		}
		if !again || ctx.Err() != nil || h.gaveUp(err, deadline) {
			return err
		}
		h.res = wire.Response{}
	}
}

// gaveUp tells whether err is not the server's doing.
func (h *hop) gaveUp(err error, deadline time.Time) bool {
	return errors.Is(err, wire.ErrAborted) || !time.Now().Before(deadline)
}

func safeToRepeat(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE":
		return true
	}
	return false
}

// acquire returns a connection: one of the two.
func (c *client) acquire(ctx context.Context, deadline time.Time, h *hop) (*wire.Conn, *conn2, error) {
	if conn, h2 := c.idle(h.target, h.started); conn != nil || h2 != nil {
		return conn, h2, nil
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	conn, h2, err := c.connect(ctx, h.target, &h.stages)
	if h2 != nil && !c.vu.Test.Options.HTTP.NoConnectionReuse {
		c.share(h.target, h2)
	}
	return conn, h2, err
}

// over1 sends h over a connection of HTTP/1.1.
func (c *client) over1(conn *wire.Conn, deadline time.Time, h *hop, body []byte) error {
	h.tls, h.remote = conn.TLS(), conn.Remote()
	buffer, _ := heads.Get().(*[]byte)
	req := wire.Request{Head: h.head((*buffer)[:0]), Body: body, Deadline: deadline,
		HeadOnly: h.method == "HEAD", Discard: h.request.kind == none}
	c.vu.Watch(conn)
	reusable, err := conn.Exchange(&req, &h.res)
	c.vu.Unwatch(conn)
	*buffer = req.Head
	heads.Put(buffer)
	if h.proto = "HTTP/1.1"; h.res.Minor == 0 && h.res.Status > 0 {
		h.proto = "HTTP/1.0"
	}
	if reusable && err == nil && !c.vu.Test.Options.HTTP.NoConnectionReuse {
		c.keep(h.target, conn)
		return nil
	}
	_ = conn.Close() // the exchange has said what was wrong with it
	return err
}

var heads = sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}

// over2 sends h over a connection of HTTP/2.
func (c *client) over2(ctx context.Context, deadline time.Time, conn *conn2, h *hop, body []byte) error {
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	err := c.exchange2(ctx, conn, h, body)
	if c.vu.Test.Options.HTTP.NoConnectionReuse {
		err = errors.Join(err, conn.Close())
	}
	return err
}

// head appends the request line and the header.
func (h *hop) head(b []byte) []byte {
	b = append(b, h.method...)
	b = append(b, ' ')
	if h.target.proxy != nil && !h.target.secure {
		b = append(b, h.target.parsed.Scheme...)
		b = append(b, "://"...)
		b = append(b, h.target.authority...)
	}
	b = append(b, h.target.path...)
	b = append(b, " HTTP/1.1\r\n"...)
	if len(h.sent) == 0 || h.sent[0].name != "Host" {
		b = appendField(b, field{"Host", h.target.authority})
	}
	for _, f := range h.sent {
		b = appendField(b, f)
	}
	return append(b, "\r\n"...)
}

func appendField(b []byte, f field) []byte {
	b = append(b, f.name...)
	b = append(b, ": "...)
	b = append(b, f.value...)
	return append(b, "\r\n"...)
}

// check refuses a field that would be read as something else than it is.
func (f field) check() error {
	if f.name == "" || strings.Trim(f.name, tokenCharacters) != "" {
		return fmt.Errorf("%q is no name for a header field", f.name)
	}
	if strings.ContainsAny(f.value, "\r\n\x00") {
		return fmt.Errorf("the value of the header field %s holds a line break", f.name)
	}
	return nil
}

const tokenCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~"

// meter tells the run's meter what became of a request.
func (c *client) meter(h *hop, sent int) {
	c.vu.Test.Meter.Done(observation.Request{
		Scenario: c.scenario(), Name: h.endpoint(c.vu.Test).Name,
		Status: h.res.Status, Error: h.errorText(), Failed: !h.expected(),
		ServedBy: string(h.res.Field(strings.ToLower(c.vu.Test.ServedBy))),
		Due:      h.due, Started: h.started, Ended: h.ended,
		BytesIn: h.res.Length, BytesOut: int64(sent),
	})
}

// scenario is the name of the scenario that the virtual user belongs to.
func (c *client) scenario() string {
	if c.vu.Scenario == nil {
		return ""
	}
	return c.vu.Scenario.Name
}

// remoteAddr is the peer's address and port.
func (h *hop) remoteAddr() (ip string, port int) {
	if h.remote == nil {
		return "", 0
	}
	host, text, err := net.SplitHostPort(h.remote.String())
	if err != nil {
		return h.remote.String(), 0
	}
	port, _ = strconv.Atoi(text) // a port that is no number is none
	return host, port
}
