package k6http

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"

	"github.com/artisan-platform/headroom/runner/script/network"
	"github.com/artisan-platform/headroom/runner/wire"
)

// ready is the key under which a context holds the connection that a transport
// is to take in place of one that it makes.
type ready struct{}

// newTransport2 speaks HTTP/2 over connections that are there already.
func newTransport2() *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	return &http.Transport{
		Protocols: protocols, DisableCompression: true,
		DialTLSContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			if c, ok := ctx.Value(ready{}).(*tls.Conn); ok {
				return c, nil
			}
			return nil, fmt.Errorf("there is no connection to %s", address)
		},
	}
}

// conn2 is a connection of HTTP/2.
type conn2 struct {
	*http.ClientConn
	remote net.Addr
	tls    tls.ConnectionState
	used   atomic.Bool // it has carried a request
}

// secure performs the handshake and goes on with the protocol that the server
// chose.
func (c *client) secure(ctx context.Context, t *target, conn net.Conn, stages *network.Stages) (*wire.Conn, *conn2, error) {
	protocols := []string{"h2", "http/1.1"}
	over, err := c.vu.Test.Network.Secure(ctx, conn, t.host, protocols, stages)
	if err != nil {
		return nil, nil, err
	}
	state := over.ConnectionState()
	if state.NegotiatedProtocol != "h2" {
		return wire.Secure(over, &c.traffic), nil, nil
	}
	h2, err := c.shared.http2.NewClientConn(context.WithValue(ctx, ready{}, over), "https", net.JoinHostPort(t.host, strconv.Itoa(int(t.port))))
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("begin HTTP/2: %w", err), over.Close())
	}
	return nil, &conn2{ClientConn: h2, remote: over.RemoteAddr(), tls: state}, nil
}

// unprocessed tells whether a server says that it has not looked at a request,
// so that it can be sent again over another connection (RFC 9113, 8.7): it was
// about to close this one, or refused the stream.
func unprocessed(err error) bool {
	var stream http2.StreamError
	if errors.As(err, &stream) {
		return stream.Code == http2.ErrCodeRefusedStream
	}
	return err != nil && strings.Contains(err.Error(), gracefulGoAway)
}

// gracefulGoAway is part of what the package http2 says when a GOAWAY has left
// a request out. The error itself cannot be named.
const gracefulGoAway = "graceful shutdown GOAWAY"

// goAwayCode is the code of a GOAWAY that the package http2 tells as text.
func goAwayCode(err error) (code http2.ErrCode, ok bool) {
	_, name, ok := strings.Cut(err.Error(), "received GOAWAY from server ErrCode:")
	for code = range http2.ErrCodeHTTP11Required + 1 {
		if ok && code.String() == name {
			return code, true
		}
	}
	return 0, false
}

// moments are those that HTTP/2 reports of a request, from several goroutines,
// some of them after the request has ended.
type moments struct {
	mu               sync.Mutex
	wrote, firstByte time.Time
}

func (m *moments) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest:         func(httptrace.WroteRequestInfo) { m.note(&m.wrote) },
		GotFirstResponseByte: func() { m.note(&m.firstByte) },
	})
}

func (m *moments) note(at *time.Time) {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	*at = now
}

// exchange2 sends a hop over HTTP/2.
func (c *client) exchange2(ctx context.Context, conn *conn2, h *hop, body []byte) error {
	var m moments
	req, err := h.request2(m.trace(ctx), body)
	if err != nil {
		return err
	}
	h.tls, h.remote, h.proto = &conn.tls, conn.remote, "HTTP/2.0"
	h.res.Started = time.Now()
	res, err := conn.RoundTrip(req) //nolint:bodyclose // receive2 closes it
	if err == nil {
		err = h.receive2(res)
	}
	h.res.Ended = time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	h.res.Wrote, h.res.FirstByte = m.wrote, m.firstByte
	return err
}

func (h *hop) request2(ctx context.Context, body []byte) (*http.Request, error) {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, h.method, h.target.parsed.String(), reader)
	if err != nil {
		return nil, err
	}
	req.Host, req.URL.User = h.target.authority, nil
	for _, f := range h.sent {
		if f.name == "Host" {
			req.Host = f.value
		} else {
			req.Header[f.name] = append(req.Header[f.name], f.value)
		}
	}
	return req, nil
}

// receive2 keeps a response as if HTTP/1 had brought it, so that the rest of
// the module knows one kind only.
func (h *hop) receive2(res *http.Response) error {
	defer func() { _ = res.Body.Close() }() // what it has to say, reading has said
	head := fmt.Appendf(nil, "HTTP/2.0 %d %s\r\n", res.StatusCode, http.StatusText(res.StatusCode))
	names := make([]string, 0, len(res.Header))
	for name := range res.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range res.Header[name] {
			head = fmt.Appendf(head, "%s: %s\r\n", name, value)
		}
	}
	h.res.Status, h.res.Head = res.StatusCode, append(head, "\r\n"...)
	if h.request.kind == none {
		n, err := io.Copy(io.Discard, res.Body)
		h.res.Length = n
		return err
	}
	body, err := io.ReadAll(res.Body)
	h.res.Body, h.res.Length = body, int64(len(body))
	return err
}
