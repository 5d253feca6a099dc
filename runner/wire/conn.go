// Package wire is the HTTP/1.1 client of a load generator: one connection, one
// exchange at a time, as few system calls and allocations as there can be, and
// the moment of every stage taken where it happens. It knows nothing of URLs,
// redirects or cookies.
package wire

import (
	"crypto/tls"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"syscall"
	"time"
)

// ErrAborted is why an exchange ended that Abort cut short.
var ErrAborted = errors.New("aborted")

// Traffic counts the bytes that connections have carried. It is safe for
// concurrent use.
type Traffic struct{ sent, received atomic.Int64 }

// Take returns what was counted since it was last called.
func (t *Traffic) Take() (sent, received int64) {
	return t.sent.Swap(0), t.received.Swap(0)
}

// Count returns c with its bytes counted in t.
func (t *Traffic) Count(c net.Conn) net.Conn { return &counted{c, t} }

type counted struct {
	net.Conn
	traffic *Traffic
}

// Read implements net.Conn.
func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.traffic.received.Add(int64(n))
	return n, err
}

// Write implements net.Conn.
func (c *counted) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.traffic.sent.Add(int64(n))
	return n, err
}

// Conn is a connection that carries one exchange at a time. Only Abort may be
// called from another goroutine than the one that uses it.
type Conn struct {
	net     net.Conn // what is read and written: TCP, or TLS over it
	traffic *Traffic
	raw     syscall.RawConn // of plain TCP: the fast path
	peek    syscall.RawConn // to see whether the peer has closed; nil where bytes may wait legitimately
	tls     *tls.ConnectionState
	remote  net.Addr
	call    call // of the fast path, kept so that an exchange allocates nothing

	deadline time.Time // that the poller holds
	aborted  atomic.Bool
	used     bool      // it has carried an exchange
	since    time.Time // when it became idle
}

// Plain returns a connection over TCP without TLS.
func Plain(c net.Conn, t *Traffic) *Conn {
	w := &Conn{net: t.Count(c), traffic: t, remote: c.RemoteAddr()}
	if s, ok := c.(syscall.Conn); ok {
		if raw, err := s.SyscallConn(); err == nil {
			w.raw, w.peek = raw, raw
		}
	}
	w.call.run = w.call.step
	return w
}

// Secure returns a connection over TLS, whose handshake is over and whose
// bytes are counted below it.
func Secure(c *tls.Conn, t *Traffic) *Conn {
	state := c.ConnectionState()
	return &Conn{net: c, traffic: t, remote: c.RemoteAddr(), tls: &state}
}

// TLS is the state of the connection's TLS; nil without TLS.
func (c *Conn) TLS() *tls.ConnectionState { return c.tls }

// Remote is the address of the peer.
func (c *Conn) Remote() net.Addr { return c.remote }

// Used tells whether the connection has carried an exchange.
func (c *Conn) Used() bool { return c.used }

// Close closes the connection.
func (c *Conn) Close() error { return c.net.Close() }

// Abort ends the exchange under way, and every later one, with ErrAborted.
func (c *Conn) Abort() {
	c.aborted.Store(true)
	_ = c.net.SetDeadline(time.Unix(1, 0)) // it fails only on a closed connection, which reads and writes nothing either
}

// limit has reads and writes fail at t. The poller's deadline is moved only if
// it is later than t: one that is too early costs one more attempt when it
// fires, which is cheaper than moving it for each exchange.
func (c *Conn) limit(t time.Time) error {
	if !c.deadline.IsZero() && !c.deadline.After(t) {
		return nil
	}
	return c.move(t)
}

func (c *Conn) move(t time.Time) error {
	if err := c.net.SetDeadline(t); err != nil {
		return err
	}
	c.deadline = t
	if c.aborted.Load() { // and its deadline was overwritten
		c.Abort()
	}
	return nil
}

// again tells whether err is but the poller's deadline, and t lies later.
func (c *Conn) again(err error, t time.Time) bool {
	if !errors.Is(err, os.ErrDeadlineExceeded) || c.aborted.Load() || !time.Now().Before(t) {
		return false
	}
	return c.move(t) == nil
}

// why returns ErrAborted in place of what it brought about.
func (c *Conn) why(err error) error {
	if err != nil && c.aborted.Load() {
		return ErrAborted
	}
	return err
}

// fresh is how long an idle connection is trusted without a look at it.
const fresh = 20 * time.Millisecond

// Alive tells whether an idle connection may be used again: a peer that closed
// it meanwhile, or said something unasked, is noticed before a request is lost
// on it.
func (c *Conn) Alive(now time.Time) bool {
	if c.peek == nil || now.Sub(c.since) < fresh {
		return true
	}
	alive := false
	err := c.peek.Control(func(fd uintptr) { alive = quiet(int(fd)) })
	return err == nil && alive
}
