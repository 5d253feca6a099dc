package wsconn

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script/k6http"
	"github.com/artisan-platform/headroom/runner/script/network"
)

// handshake is the request that opens a connection, and its response.
type handshake struct {
	due, started, ended time.Time
	stages              network.Stages
	remote              net.Addr
	tls                 *tls.ConnectionState

	status     int // 0: there was no response
	proto      string
	header     http.Header
	body       string // of a refusal, at most its first 1024 bytes
	protocol   string
	extensions string

	err error // why there is no connection
	cut bool  // it was given up: it neither came to anything nor failed
}

// openTimeout is how long a handshake may last.
var openTimeout = time.Minute

var errOpenTimeout = errors.New("request timeout")

// open performs the handshake, and tells whether there is a connection.
func (c *Conn) open() bool {
	h := &c.handshake
	h.started = time.Now()
	if h.due = c.request.due; h.due.IsZero() {
		h.due = h.started
	}
	metered := c.request.scenario != "" && c.vu.Test.Meter != nil
	if metered {
		c.vu.Test.Meter.Started(h.due, h.started)
	}
	ctx, cancel := context.WithTimeoutCause(c.opening, openTimeout, errOpenTimeout)
	defer cancel()
	if h.err = c.connect(ctx); h.err != nil && over(ctx) {
		h.err = context.Cause(ctx)
	}
	h.ended = time.Now()
	h.cut = h.err != nil && over(c.opening)
	switch {
	case !metered:
	case h.cut:
		c.vu.Test.Meter.Abandoned()
	default:
		c.meter()
	}
	return h.err == nil
}

// over tells whether ctx has ended. The network may have noticed its deadline a
// little earlier.
func over(ctx context.Context) bool {
	if at, ok := ctx.Deadline(); ok && !time.Now().Before(at) {
		<-ctx.Done()
	}
	return ctx.Err() != nil
}

// meter tells the run's meter what became of the handshake.
func (c *Conn) meter() {
	h, t := &c.handshake, c.vu.Test
	t.Meter.Done(observation.Request{
		Scenario: c.request.scenario, Name: c.request.endpoint(t).Name,
		Status: h.status, Error: h.transportError(), Failed: h.err != nil,
		ServedBy: h.header.Get(t.ServedBy), Due: h.due, Started: h.started, Ended: h.ended,
		BytesIn: int64(len(h.body)),
	})
}

// transportError is why there is no response; "" if there is one.
func (h *handshake) transportError() string {
	if h.err == nil || h.status > 0 && h.status != http.StatusSwitchingProtocols {
		return ""
	}
	return k6http.ErrorText(h.err)
}

// buffers are those that messages are written with.
var buffers sync.Pool

func (c *Conn) connect(ctx context.Context) error {
	conn, err := c.dial(ctx)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.tcp.Close() })
	given := func(context.Context, string, string) (net.Conn, error) { return conn, nil }
	d := websocket.Dialer{NetDialContext: given, NetDialTLSContext: given, WriteBufferPool: &buffers,
		Subprotocols: c.request.protocols, EnableCompression: c.request.compress}
	ws, res, err := d.DialContext(context.WithoutCancel(ctx), c.request.address.plain.String(), c.request.header)
	if res != nil {
		defer func() { _ = res.Body.Close() }() // what it has to say, reading has said
		c.keep(res)
	}
	if err == nil {
		err = c.check(ws)
	} else if res == nil {
		err = fmt.Errorf("the opening handshake: %w", err)
	} else {
		err = refused(res)
	}
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return errors.Join(err, ignoreClosed(c.tcp.Close()))
	}
	c.ws = ws
	return nil
}

// dial makes the connection that the handshake goes over.
func (c *Conn) dial(ctx context.Context) (net.Conn, error) {
	a, n, h := c.request.address, c.vu.Test.Network, &c.handshake
	via, err := n.Proxy(a.web())
	if err != nil {
		return nil, fmt.Errorf("find the proxy: %w", err)
	}
	var conn net.Conn
	if via != nil {
		conn, err = n.DialProxy(ctx, via, a.host, a.port, true, &h.stages)
	} else {
		conn, err = n.Dial(ctx, a.host, a.port, &h.stages)
	}
	if err != nil {
		return nil, err
	}
	c.tcp, h.remote = c.traffic.Count(conn), conn.RemoteAddr()
	if !a.secure {
		return c.tcp, nil
	}
	over, err := n.Secure(ctx, c.tcp, a.host, []string{"http/1.1"}, &h.stages)
	if err != nil {
		return nil, err
	}
	state := over.ConnectionState()
	h.tls = &state
	return over, nil
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// keep keeps what a script may want to know of the response.
func (c *Conn) keep(res *http.Response) {
	h := &c.handshake
	h.status, h.proto, h.header = res.StatusCode, res.Proto, res.Header
	h.protocol = res.Header.Get("Sec-Websocket-Protocol")
	h.extensions = strings.Join(res.Header.Values("Sec-Websocket-Extensions"), ", ")
	body, err := io.ReadAll(res.Body)
	h.body = string(body)
	if err != nil {
		h.body = ""
	}
	if set := res.Cookies(); len(set) > 0 {
		c.request.jar.Set(c.request.address.web(), set)
	}
}

// refused is why a response opens no connection.
func refused(res *http.Response) error {
	if res.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("the server refused the connection: it answered %s instead of 101 Switching Protocols", res.Status)
	}
	return errors.New("the server's answer to the opening handshake is invalid: Upgrade, Connection or Sec-WebSocket-Accept is wrong")
}

// check refuses a choice of the server's that it was not offered (RFC 6455,
// 4.1), or that it did not make though it had to.
func (c *Conn) check(ws *websocket.Conn) error {
	h, r := &c.handshake, c.request
	chosen := ws.Subprotocol()
	switch {
	case chosen != "" && !slices.Contains(r.protocols, chosen):
		return fmt.Errorf("the server chose the subprotocol %q, which it was not offered", chosen)
	case chosen == "" && r.insist:
		return fmt.Errorf("the server chose none of the subprotocols %s", strings.Join(r.protocols, ", "))
	}
	for _, e := range split(h.extensions) {
		name, _, _ := strings.Cut(e, ";")
		if !r.compress || strings.TrimSpace(name) != "permessage-deflate" {
			return fmt.Errorf("the server chose the extension %q, which it was not offered", name)
		}
	}
	return nil
}
