package k6http

import (
	"context"
	"net"
	"sync/atomic"
	"time"
)

// traffic counts the bytes on the connections of one virtual user.
type traffic struct {
	sent, received atomic.Int64
}

// dial opens a connection whose bytes are counted.
func (t *traffic) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: 30 * time.Second}
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &counted{c, t}, nil
}

// take returns what has been counted since it was last called.
func (t *traffic) take() (sent, received int64) {
	return t.sent.Swap(0), t.received.Swap(0)
}

type counted struct {
	net.Conn
	traffic *traffic
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
