package k6http

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"sync"
	"time"
)

// trace notes when the stages of one request on the wire were reached. The
// transport reports from several goroutines, some of them after the request
// has ended.
type trace struct {
	mu                                   sync.Mutex
	getConn, gotConn, wrote, firstByte   time.Time
	dial, dialed, handshake, handshakeOK time.Time
	reused                               bool
	remote                               net.Addr
}

// with returns a context in which the transport reports to t.
func (t *trace) with(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { t.note(&t.getConn) },
		GotConn: func(c httptrace.GotConnInfo) {
			t.note(&t.gotConn)
			t.mu.Lock()
			defer t.mu.Unlock()
			t.reused, t.remote = c.Reused, c.Conn.RemoteAddr()
		},
		ConnectStart:         func(string, string) { t.note(&t.dial) },
		ConnectDone:          func(string, string, error) { t.note(&t.dialed) },
		TLSHandshakeStart:    func() { t.note(&t.handshake) },
		TLSHandshakeDone:     func(tls.ConnectionState, error) { t.note(&t.handshakeOK) },
		WroteRequest:         func(httptrace.WroteRequestInfo) { t.note(&t.wrote) },
		GotFirstResponseByte: func() { t.note(&t.firstByte) },
	})
}

func (t *trace) note(at *time.Time) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	*at = now
}

// timings are the stages of a request in milliseconds. Duration is sending,
// waiting and receiving; it leaves out making the connection.
type timings struct {
	blocked, connecting, tls, sending, waiting, receiving, duration float64
}

// timings measures a request that ended at ended. Stages that it did not reach
// take no time.
func (t *trace) timings(ended time.Time) timings {
	t.mu.Lock()
	defer t.mu.Unlock()
	var m timings
	if !t.reused {
		m.connecting = between(t.dial, t.dialed)
		m.tls = between(t.handshake, t.handshakeOK)
	}
	m.blocked = max(0, between(t.getConn, t.gotConn)-m.connecting-m.tls)
	m.sending = between(t.gotConn, t.wrote)
	m.waiting = between(t.wrote, t.firstByte)
	m.receiving = between(t.firstByte, ended)
	m.duration = m.sending + m.waiting + m.receiving
	if t.firstByte.IsZero() && !t.gotConn.IsZero() {
		m.duration = between(t.gotConn, ended) // sent, and never answered
		m.waiting = max(0, m.duration-m.sending)
	}
	return m
}

func (t *trace) remoteAddr() net.Addr {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.remote
}

// between is the time from a to b in milliseconds, 0 if one is not known.
func between(a, b time.Time) float64 {
	if a.IsZero() || b.IsZero() || b.Before(a) {
		return 0
	}
	return float64(b.Sub(a)) / float64(time.Millisecond)
}
