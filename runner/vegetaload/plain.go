package vegetaload

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/artisan-platform/headroom/runner/wire"
)

// plain sends requests without TLS, by HTTP/1.1. A request is written and its
// response read by the goroutine that wants it, where net/http takes three:
// what is saved pays for waking up when each request is due, and not a
// millisecond later. It is safe for concurrent use.
type plain struct {
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	traffic *wire.Traffic
	hard    context.Context // its end cuts off what is in flight
	most    int             // idle connections kept to one address

	mu   sync.Mutex
	idle map[string][]*wire.Conn // by address; the last was used last
	busy map[*wire.Conn]bool
}

func newPlain(hard context.Context, l Load) *plain {
	return &plain{
		dial: l.Dial, traffic: l.Traffic, hard: hard, most: l.Connections,
		idle: make(map[string][]*wire.Conn), busy: make(map[*wire.Conn]bool),
	}
}

// written are buffers for requests as they are sent.
var written = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxWritten is the most that a buffer keeps for the next request.
const maxWritten = 64 << 10

// do sends r and reads the response. A request that was lost on a connection
// which the server had closed meanwhile is sent again if that can do no harm
// (RFC 9110, 9.2.2).
func (p *plain) do(r *http.Request, deadline time.Time, res *wire.Response) error {
	b, _ := written.Get().(*bytes.Buffer)
	b.Reset()
	defer func() {
		if b.Cap() <= maxWritten {
			written.Put(b)
		}
	}()
	if err := r.Write(b); err != nil {
		return fmt.Errorf("write the request: %w", err)
	}
	req := wire.Request{Head: b.Bytes(), HeadOnly: r.Method == http.MethodHead, Discard: true, Deadline: deadline}
	address := addressOf(r)
	for {
		conn, err := p.take(address, deadline)
		if err != nil {
			return err
		}
		reused := conn.Used()
		reusable, err := conn.Exchange(&req, res)
		p.give(address, conn, reusable)
		if err == nil || !reused || !res.FirstByte.IsZero() || !safeToRepeat(r.Method) || p.hard.Err() != nil || !time.Now().Before(deadline) {
			return err
		}
		*res = wire.Response{}
	}
}

// take returns an idle connection or a new one.
func (p *plain) take(address string, deadline time.Time) (*wire.Conn, error) {
	if conn := p.waiting(address); conn != nil {
		return conn, nil
	}
	ctx, cancel := context.WithDeadline(p.hard, deadline)
	defer cancel()
	tcp, err := p.dial(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	conn := wire.Plain(tcp, p.traffic)
	p.mu.Lock()
	p.busy[conn] = true
	p.mu.Unlock()
	if p.hard.Err() != nil { // cut may have come before
		conn.Abort()
	}
	return conn, nil
}

// waiting returns an idle connection that the server has not closed, or nil.
func (p *plain) waiting(address string) *wire.Conn {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.idle[address]
	for n := len(list) - 1; n >= 0; n-- {
		conn := list[n]
		p.idle[address] = list[:n]
		if conn.Alive(now) {
			p.busy[conn] = true
			return conn
		}
		_ = conn.Close() // the peer has closed it already
	}
	return nil
}

// give takes a connection back.
func (p *plain) give(address string, conn *wire.Conn, reusable bool) {
	p.mu.Lock()
	delete(p.busy, conn)
	if reusable = reusable && len(p.idle[address]) < p.most; reusable {
		p.idle[address] = append(p.idle[address], conn)
	}
	p.mu.Unlock()
	if !reusable {
		_ = conn.Close() // the exchange has said what was wrong with it
	}
}

// cut ends what is in flight. The hard context has ended.
func (p *plain) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.busy {
		conn.Abort()
	}
}

// close closes the idle connections. Nothing is in flight.
func (p *plain) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, list := range p.idle {
		for _, conn := range list {
			_ = conn.Close() // nothing is under way that could be lost
		}
	}
	clear(p.idle)
}

func safeToRepeat(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return true
	}
	return false
}

// addressOf is where a request goes: host and port.
func addressOf(r *http.Request) string {
	if r.URL.Port() != "" {
		return punycode(r.URL.Host)
	}
	return net.JoinHostPort(punycode(r.URL.Hostname()), "80")
}

// punycode is a host's name as the network knows it.
func punycode(host string) string {
	if ascii, err := httpguts.PunycodeHostPort(host); err == nil {
		return ascii
	}
	return host // it cannot be looked up either, and says so
}

// CheckHeader refuses header fields that cannot be sent as they are.
func CheckHeader(h http.Header) error {
	for name, values := range h {
		if !httpguts.ValidHeaderFieldName(name) {
			return fmt.Errorf("%q is no name for a header field", name)
		}
		for _, v := range values {
			if !httpguts.ValidHeaderFieldValue(v) {
				return fmt.Errorf("the value of the header field %s holds a character that cannot be sent", name)
			}
		}
	}
	return nil
}
