package wsconn

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/artisan-platform/headroom/runner/script/vu"
	"github.com/artisan-platform/headroom/runner/wire"
)

// How long a connection waits for its server at the end of its life.
var (
	closeTimeout   = 10 * time.Second       // for the answer to a close frame
	lingerTimeout  = time.Second            // for the end of TCP, which is the server's to close first (RFC 6455, 7.1.1)
	goodbyeTimeout = 100 * time.Millisecond // to write a close frame when the iteration must end
)

// Conn is a WebSocket of one virtual user, on whose goroutine its methods are
// to be called. Only Run has a goroutine of its own, and Abort may be called
// from any.
type Conn struct {
	vu        *vu.VU
	request   *Request
	opening   context.Context // of the handshake
	giveUp    context.CancelFunc
	traffic   wire.Traffic
	handshake handshake // it does not change once there was an event

	tcp net.Conn // whose bytes are counted
	ws  *websocket.Conn
	in  inbox
	out outbox

	mu    sync.Mutex
	cause error // why it ends; nil: the server's doing
	timer *time.Timer

	flushed time.Time // when the bytes were last measured
}

var _ vu.Aborter = (*Conn)(nil)

// New returns a connection that Run opens, unless ctx ends first.
func New(ctx context.Context, v *vu.VU, r *Request) *Conn {
	c := &Conn{vu: v, request: r}
	c.in.room.L, c.out.write = &c.in.mu, c.write
	c.opening, c.giveUp = context.WithCancel(ctx)
	return c
}

var errAborted = errors.New("the iteration has ended")

// Run opens the connection and reads from it until it is closed. All that
// happens is told by events.
func (c *Conn) Run() {
	defer c.giveUp()
	if !c.open() {
		c.out.end()
		c.in.open()
		c.in.put(Event{Kind: Closed, At: c.handshake.ended, Code: websocket.CloseAbnormalClosure, Err: c.handshake.err, Cut: c.handshake.cut})
		return
	}
	c.vu.Watch(c)
	c.put(Event{Kind: Opened, At: c.handshake.ended})
	last := c.end(c.read())
	c.vu.Unwatch(c)
	c.in.open()
	c.in.put(last)
}

// Abort implements vu.Aborter.
func (c *Conn) Abort() { c.stop(errAborted) }

// stop has the connection end, for that reason if there was none before.
func (c *Conn) stop(cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause == nil {
		c.cause = cause
	}
	c.in.open()
	_ = c.tcp.SetReadDeadline(time.Unix(1, 0)) // it fails only on a closed connection
}

func (c *Conn) stopped() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cause
}

// end closes the connection once nothing is read any more, and tells how it
// ended.
func (c *Conn) end(err error) Event {
	e := Event{Kind: Closed, At: time.Now(), Code: websocket.CloseAbnormalClosure}
	cause := c.stopped()
	var closed *websocket.CloseError
	switch {
	case errors.Is(cause, errAborted):
		e.Cut = true
		c.sayClose(websocket.CloseGoingAway, goodbyeTimeout)
	case errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure: // which stands for the end of TCP
		e.Code, e.Reason, e.Clean = closed.Code, closed.Text, true
		c.sayClose(closed.Code, lingerTimeout)
		c.linger()
	case cause != nil:
		e.Err = cause
	default:
		e.Err = c.lost(err)
	}
	c.out.end()
	c.stopTimer()
	c.hangUp(e.Clean)
	c.out.writers.Wait()
	return e
}

// sayClose writes a close frame if there was none yet. That it cannot be
// written is no matter: the connection ends all the same.
func (c *Conn) sayClose(code int, within time.Duration) {
	c.out.end()
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(within))
}

// linger waits for the server to end TCP, so that it is the server which keeps
// the port for a while: a load generator has few of them.
func (c *Conn) linger() {
	_ = c.tcp.SetReadDeadline(time.Now().Add(lingerTimeout))
	if c.stopped() != nil { // and its deadline was overwritten
		return
	}
	var rest [64]byte
	for {
		if _, err := c.ws.NetConn().Read(rest[:]); err != nil {
			return
		}
	}
}

// hangUp closes the connection; in a friendly manner, with TLS saying so, only
// if the server is known to read.
func (c *Conn) hangUp(friendly bool) {
	if friendly {
		_ = c.ws.Close() // nothing is under way that could be lost
	}
	_ = c.tcp.Close()
}

// lost is why a connection failed that the server did not close by a close
// frame. In answer to one, some servers just end TCP.
func (c *Conn) lost(err error) error {
	eof, broken := errors.As(err, new(*websocket.CloseError)), errors.As(err, new(*net.OpError))
	_, sent := c.out.waiting()
	switch {
	case sent && (eof || broken):
		return nil
	case eof:
		return errLost
	}
	return err
}

var errLost = errors.New("the server ended the connection without a close frame")

var errNoAnswer = errors.New("the server did not answer the close frame in time")

// stopAfter has the connection end unless it does so itself before.
func (c *Conn) stopAfter(d time.Duration, cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil {
		c.timer.Stop()
	}
	c.timer = time.AfterFunc(d, func() { c.stop(cause) })
}

func (c *Conn) stopTimer() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timer != nil {
		c.timer.Stop()
	}
}

// GiveUp ends the opening of a connection that has not opened yet.
func (c *Conn) GiveUp() { c.giveUp() }

// Await has f called, from any goroutine, once there is an event to take.
func (c *Conn) Await(f func()) { c.in.wait(f) }

// Next takes the next event, if there is one, and measures it.
func (c *Conn) Next() (e Event, ok bool) {
	if e, ok = c.in.take(); ok {
		c.measure(&e)
	}
	return e, ok
}

// Settle measures what nobody has taken.
func (c *Conn) Settle() {
	for {
		if _, ok := c.Next(); !ok {
			return
		}
	}
}

// Protocol is the subprotocol that the server chose, or "".
func (c *Conn) Protocol() string {
	if c.handshake.err != nil {
		return ""
	}
	return c.handshake.protocol
}

// Extensions are those that the server chose, or "".
func (c *Conn) Extensions() string {
	if c.handshake.err != nil {
		return ""
	}
	return c.handshake.extensions
}

// Buffered is how many bytes of messages wait to be sent.
func (c *Conn) Buffered() int {
	unsent, _ := c.out.waiting()
	return unsent
}
