package k6http

import (
	"context"
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/script/network"
	"github.com/artisan-platform/headroom/runner/script/vu"
	"github.com/artisan-platform/headroom/runner/wire"
)

// client sends the requests of one virtual user over connections of its own,
// as a browser does. It is safe for concurrent use, but for close.
type client struct {
	vu      *vu.VU
	shared  *shared
	traffic wire.Traffic

	mu      sync.Mutex
	origins []*origin
}

// origin is one server that the client has connections to.
type origin struct {
	secure    bool
	authority string
	idle      []*wire.Conn
	http2     *conn2 // carries all requests once the server has chosen it
}

func newClient(v *vu.VU) *client {
	return &client{vu: v, shared: sharedOf(v.Test)}
}

// origin finds the origin of t. The caller holds the lock. There are few.
func (c *client) origin(t *target) *origin {
	for _, o := range c.origins {
		if o.authority == t.authority && o.secure == t.secure {
			return o
		}
	}
	o := &origin{secure: t.secure, authority: t.authority}
	c.origins = append(c.origins, o)
	return o
}

// idle returns a connection to t that waits for work, or nil.
func (c *client) idle(t *target, now time.Time) (*wire.Conn, *conn2) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.origin(t)
	if o.http2 != nil && o.http2.Err() == nil && o.http2.Available() > 0 {
		return nil, o.http2
	}
	for n := len(o.idle) - 1; n >= 0; n-- {
		conn := o.idle[n]
		o.idle = o.idle[:n]
		if conn.Alive(now) {
			return conn, nil
		}
		_ = conn.Close() // the peer has closed it already
	}
	return nil, nil
}

// keep makes a connection available for later requests.
func (c *client) keep(t *target, conn *wire.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.origin(t)
	o.idle = append(o.idle, conn)
}

// share makes a connection of HTTP/2 carry the requests to its origin.
func (c *client) share(t *target, conn *conn2) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.origin(t).http2 = conn
}

// close closes the connections. No request is under way then.
func (c *client) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range c.origins {
		for _, conn := range o.idle {
			_ = conn.Close() // nothing is under way that could be lost
		}
		if o.http2 != nil {
			_ = o.http2.Close()
		}
	}
	c.origins = nil
}

// connect makes a connection to t: one of the two that it returns.
func (c *client) connect(ctx context.Context, t *target, stages *network.Stages) (*wire.Conn, *conn2, error) {
	n := c.vu.Test.Network
	if t.proxy != nil {
		return c.connectProxy(ctx, t, stages)
	}
	tcp, err := n.Dial(ctx, t.host, t.port, stages)
	if err != nil {
		return nil, nil, err
	}
	if !t.secure {
		return wire.Plain(tcp, &c.traffic), nil, nil
	}
	return c.secure(ctx, t, c.traffic.Count(tcp), stages)
}

func (c *client) connectProxy(ctx context.Context, t *target, stages *network.Stages) (*wire.Conn, *conn2, error) {
	conn, err := c.vu.Test.Network.DialProxy(ctx, t.proxy, t.host, t.port, t.secure, stages)
	if err != nil {
		return nil, nil, err
	}
	if !t.secure {
		return wire.Plain(conn, &c.traffic), nil, nil
	}
	return c.secure(ctx, t, c.traffic.Count(conn), stages)
}
