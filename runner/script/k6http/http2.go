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
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/script/network"
	"github.com/artisan-platform/headroom/runner/script/wire"
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

// secure performs the handshake and goes on with the protocol that the server
// chose.
func (c *client) secure(ctx context.Context, t *target, conn net.Conn, stages *network.Stages) (*wire.Conn, *http.ClientConn, error) {
	protocols := []string{"h2", "http/1.1"}
	over, err := c.vu.Test.Network.Secure(ctx, conn, t.host, protocols, stages)
	if err != nil {
		return nil, nil, err
	}
	if over.ConnectionState().NegotiatedProtocol != "h2" {
		return wire.Secure(over, &c.traffic), nil, nil
	}
	h2, err := c.shared.http2.NewClientConn(context.WithValue(ctx, ready{}, over), "https", t.authority)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("begin HTTP/2: %w", err), over.Close())
	}
	return nil, h2, nil
}

// moments are those that HTTP/2 reports of a request, from several goroutines,
// some of them after the request has ended.
type moments struct {
	mu               sync.Mutex
	wrote, firstByte time.Time
	remote           net.Addr
}

func (m *moments) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.remote = i.Conn.RemoteAddr()
		},
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
func (c *client) exchange2(ctx context.Context, conn *http.ClientConn, h *hop, body []byte) error {
	var m moments
	req, err := h.request2(m.trace(ctx), body)
	if err != nil {
		return err
	}
	h.res.Started = time.Now()
	res, err := conn.RoundTrip(req) //nolint:bodyclose // receive2 closes it
	if err == nil {
		h.tls = res.TLS
		err = h.receive2(res)
	}
	h.res.Ended = time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	h.res.Wrote, h.res.FirstByte, h.remote = m.wrote, m.firstByte, m.remote
	h.proto = "HTTP/2.0"
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
