package k6websockets

import (
	"errors"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/k6http"
	"github.com/artisan-platform/headroom/runner/script/network"
	"github.com/artisan-platform/headroom/runner/script/vu"
	"github.com/artisan-platform/headroom/runner/script/wsconn"
)

// The values of readyState.
const (
	connecting = iota
	open
	closing
	closed
)

// socket is a WebSocket of a script.
type socket struct {
	module    *module
	this      *sobek.Object
	address   *wsconn.Address
	conn      *wsconn.Conn
	state     int
	early     bool // the script closed it before it was open
	buffers   bool // binaryType is "arraybuffer"
	dropped   int  // bytes that were sent when nothing could be sent any more
	listeners [len(eventNames)][]listener
}

// start opens the connection. The loop does not end before it is closed.
func (s *socket) start(r *wsconn.Request) {
	v := s.module.vu
	s.conn = wsconn.New(v.Context(), v, r)
	s.module.keep(s)
	over := v.Loop.Begin()
	s.await()
	go func() {
		s.conn.Run()
		over(func() error { return nil })
	}()
}

// await has the next event come to the loop.
func (s *socket) await() {
	done := s.module.vu.Loop.Begin()
	s.conn.Await(func() { done(s.turn) })
}

// turn takes one event, so that timers and other sockets get their turn too.
func (s *socket) turn() error {
	e, ok := s.conn.Next()
	if !ok {
		return errors.New("k6/websockets: a WebSocket was woken up for nothing")
	}
	if e.Kind == wsconn.Closed {
		return s.ended(e)
	}
	if err := s.react(e); err != nil {
		return err
	}
	s.await()
	return nil
}

func (s *socket) react(e wsconn.Event) error {
	switch e.Kind {
	case wsconn.Opened:
		if s.early {
			s.conn.Abort()
			return nil
		}
		s.state = open
		return s.dispatch(onOpen, e.At)
	case wsconn.Ping:
		return s.dispatch(onPing, e.At)
	case wsconn.Pong:
		return s.dispatch(onPong, e.At)
	}
	if s.state != open {
		return nil // the script does not want to hear any more
	}
	return s.dispatch(onMessage, e.At, field{"data", s.data(e)})
}

// data is a message as the script wants it.
func (s *socket) data(e wsconn.Event) sobek.Value {
	rt := s.module.vu.Runtime
	switch {
	case e.Kind == wsconn.Text:
		return rt.ToValue(string(e.Data))
	case s.buffers:
		return rt.ToValue(rt.NewArrayBuffer(e.Data))
	}
	return s.module.newBlob(&blob{data: e.Data})
}

// ended tells that the connection is closed, or was never opened.
func (s *socket) ended(e wsconn.Event) error {
	s.state = closed
	delete(s.module.live, s)
	var foreign *network.Foreign
	if errors.As(e.Err, &foreign) { // the proxy: the host itself was looked at before
		return s.refuse(foreign)
	}
	if err := s.failed(e); err != nil {
		return err
	}
	return s.dispatch(onClose, e.At, field{"code", e.Code}, field{"reason", e.Reason}, field{"wasClean", e.Clean})
}

func (s *socket) refuse(foreign *network.Foreign) error {
	v := s.module.vu
	if thrown := v.Runtime.Try(func() { v.Refuse(constructor + ": " + foreign.Error()) }); thrown != nil {
		return thrown
	}
	return nil
}

// failed fires an error event if the connection failed. A failure must not go
// unnoticed.
func (s *socket) failed(e wsconn.Event) error {
	text := "the connection was closed before it was open"
	switch {
	case s.early:
	case e.Err == nil:
		return nil
	default:
		text = k6http.ErrorText(e.Err)
		if len(s.listeners[onError]) == 0 {
			s.module.vu.Test.WarnOnce("WebSocket: " + text + " (an error that the script has no handler for: set onerror)")
		}
	}
	return s.dispatch(onError, e.At, field{"error", text})
}

// send is socket.send(data).
func (s *socket) send(call sobek.FunctionCall) sobek.Value {
	kind, data := s.module.message(call.Argument(0))
	switch s.state {
	case connecting:
		panic(s.module.vu.NewNamedError("InvalidStateError", "WebSocket.send(): the connection is not open yet: send in onopen, or later"))
	case open:
		err := s.conn.Send(kind, data)
		if errors.Is(err, wsconn.ErrFull) {
			s.module.vu.Throw("WebSocket.send(): %v (see bufferedAmount)", err)
		}
		if err == nil {
			return sobek.Undefined()
		}
	}
	s.dropped += len(data)
	return sobek.Undefined()
}

// message is what a script wants to be sent, as bytes of its own.
func (m *module) message(value sobek.Value) (wsconn.Kind, []byte) {
	if b, ok := blobSlot.Of(value); ok {
		return wsconn.Binary, b.data // which does not change
	}
	if b, ok := m.vu.Bytes(value); ok {
		return wsconn.Binary, append([]byte(nil), b...)
	}
	if _, ok := value.(*sobek.Object); ok || vu.Absent(value) {
		panic(m.vu.Runtime.NewTypeError("WebSocket.send(): the data must be a string, an ArrayBuffer, a view of one or a Blob, and is %s; make other values a string with JSON.stringify()", vu.Kind(value)))
	}
	return wsconn.Text, []byte(m.vu.Text(value))
}

// ping is socket.ping(). As with send, nothing happens once the connection is
// about to close.
func (s *socket) ping(sobek.FunctionCall) sobek.Value {
	switch s.state {
	case connecting:
		panic(s.module.vu.NewNamedError("InvalidStateError", "WebSocket.ping(): the connection is not open yet: ping in onopen, or later"))
	case open:
		_ = s.conn.Ping() // it fails only if the server has closed the connection, which an event will tell
	}
	return sobek.Undefined()
}

// close is socket.close(code, reason).
func (s *socket) close(call sobek.FunctionCall) sobek.Value {
	code, reason := wsconn.CloseArguments(s.module.vu, "WebSocket.close()", call.Argument(0), call.Argument(1), wsconn.NormalClosure)
	switch s.state {
	case connecting:
		s.early = true
		s.conn.GiveUp()
	case open:
		_ = s.conn.Close(code, reason) // it fails only if the server was first
	default:
		return sobek.Undefined()
	}
	s.state = closing
	return sobek.Undefined()
}

func (s *socket) bufferedAmount() int {
	if s.conn == nil {
		return 0
	}
	return s.conn.Buffered() + s.dropped
}

// millis is a moment as scripts see it, like Date.now() with a fraction.
func millis(t time.Time) float64 { return float64(t.UnixMicro()) / 1000 }
