package k6ws

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/k6http"
	"github.com/artisan-platform/headroom/runner/script/vu"
	"github.com/artisan-platform/headroom/runner/script/wsconn"
)

// socket is a Socket of a script.
type socket struct {
	module   *module
	conn     *wsconn.Conn
	open     bool
	closing  bool  // the script has closed it
	told     bool  // the script knows that it is closed
	failure  error // why it was never open
	handlers map[string][]sobek.Callable
	timers   timers
	news     chan struct{} // there is an event
	awaiting bool          // and somebody will say so
}

func newSocket(m *module, c *wsconn.Conn) *socket {
	return &socket{module: m, conn: c, handlers: make(map[string][]sobek.Callable), news: make(chan struct{}, 1)}
}

// serve has the script set up the socket and tells it what happens until the
// connection is closed. The error is what a function of the script threw.
func (s *socket) serve(setUp sobek.Callable) error {
	e, _ := s.next()
	if e.Cut {
		return nil
	}
	s.open = e.Kind == wsconn.Opened
	if _, err := setUp(sobek.Undefined(), s.module.wrap(s)); err != nil {
		return s.abandon(err)
	}
	if !s.open {
		s.failure, s.told = e.Err, true
		return s.fail(e.Err)
	}
	for {
		if err := s.react(e); err != nil {
			return s.abandon(err)
		}
		if e.Kind == wsconn.Closed {
			return nil
		}
		for {
			var call sobek.Callable
			if e, call = s.next(); call == nil {
				break
			}
			if _, err := call(sobek.Undefined()); err != nil {
				return s.abandon(err)
			}
		}
	}
}

// abandon ends a connection because a function of the script threw.
func (s *socket) abandon(err error) error {
	if s.open {
		s.conn.Abort()
	}
	return err
}

// next waits for the next event, or for the function of a timer that is due.
func (s *socket) next() (wsconn.Event, sobek.Callable) {
	for {
		if call := s.timers.due(time.Now()); call != nil {
			return wsconn.Event{}, call
		}
		if e, ok := s.conn.Next(); ok {
			return e, nil
		}
		if !s.awaiting {
			s.awaiting = true
			s.conn.Await(func() { s.news <- struct{}{} })
		}
		s.wait()
	}
}

// wait returns when there is an event or when a timer is due.
func (s *socket) wait() {
	var due <-chan time.Time
	if at, ok := s.timers.first(); ok {
		t := time.NewTimer(time.Until(at))
		defer t.Stop()
		due = t.C
	}
	select {
	case <-s.news:
		s.awaiting = false
	case <-due:
	}
}

func (s *socket) react(e wsconn.Event) error {
	rt := s.module.vu.Runtime
	switch e.Kind {
	case wsconn.Opened:
		return s.dispatch("open")
	case wsconn.Ping:
		return s.dispatch("ping")
	case wsconn.Pong:
		return s.dispatch("pong")
	case wsconn.Closed:
		return s.closed(e)
	}
	switch {
	case s.closing: // the script does not want to hear any more
		return nil
	case e.Kind == wsconn.Text:
		return s.dispatch("message", rt.ToValue(string(e.Data)))
	}
	return s.dispatch("binaryMessage", rt.ToValue(rt.NewArrayBuffer(e.Data)))
}

// closed tells that the connection is closed. That it was not closed normally
// is an error, unless it was the script that closed it.
func (s *socket) closed(e wsconn.Event) error {
	s.timers = nil
	if e.Cut {
		return nil
	}
	s.open, s.told = false, true
	var err error
	switch {
	case e.Err != nil:
		err = s.fail(e.Err)
	case !s.closing && e.Code != wsconn.NormalClosure:
		err = s.dispatch("error", s.module.failure(e.CloseText()))
	}
	if err != nil {
		return err
	}
	return s.dispatch("close", s.module.vu.Runtime.ToValue(e.Code))
}

// fail tells of an error. One must not go unnoticed.
func (s *socket) fail(failure error) error {
	text := k6http.ErrorText(failure)
	if len(s.handlers["error"]) == 0 && !s.throws() {
		s.module.vu.Test.WarnOnce("WebSocket: " + text + " (an error that the script has no handler for: see Socket.on)")
	}
	return s.dispatch("error", s.module.failure(text))
}

// throws tells whether ws.connect() will throw.
func (s *socket) throws() bool {
	return s.failure != nil && s.conn.Response().Status == 0 && s.module.vu.Test.Options.Throw
}

func (s *socket) dispatch(event string, args ...sobek.Value) error {
	for _, call := range slices.Clone(s.handlers[event]) {
		if _, err := call(sobek.Undefined(), args...); err != nil {
			return err
		}
	}
	return nil
}

var eventNames = []string{"open", "message", "binaryMessage", "ping", "pong", "close", "error"}

// on is socket.on(event, handler).
func (s *socket) on(call sobek.FunctionCall) {
	v, name := s.module.vu, call.Argument(0).String()
	if !slices.Contains(eventNames, name) {
		v.Throw("Socket.on(): there is no event %q: there are %s", name, strings.Join(eventNames, ", "))
	}
	fn, ok := sobek.AssertFunction(call.Argument(1))
	if !ok {
		panic(v.Runtime.NewTypeError("Socket.on(): the handler must be a function, and is %s", vu.Kind(call.Argument(1))))
	}
	s.handlers[name] = append(s.handlers[name], fn)
}

// send is socket.send(data). Numbers and the like are sent as text.
func (s *socket) send(call sobek.FunctionCall) {
	v, value := s.module.vu, call.Argument(0)
	if _, ok := value.(*sobek.Object); ok || vu.Absent(value) {
		panic(v.Runtime.NewTypeError("Socket.send(): the data must be a string, and is %s; use sendBinary() for bytes, and JSON.stringify() to make other values a string", vu.Kind(value)))
	}
	s.sent("Socket.send()", s.conn.Send(wsconn.Text, []byte(v.Text(value))))
}

// sendBinary is socket.sendBinary(data).
func (s *socket) sendBinary(call sobek.FunctionCall) {
	v := s.module.vu
	b, ok := v.Bytes(call.Argument(0))
	if !ok {
		panic(v.Runtime.NewTypeError("Socket.sendBinary(): the data must be an ArrayBuffer or a view of one, and is %s", vu.Kind(call.Argument(0))))
	}
	s.sent("Socket.sendBinary()", s.conn.Send(wsconn.Binary, slices.Clone(b)))
}

// ping is socket.ping().
func (s *socket) ping(sobek.FunctionCall) { s.sent("Socket.ping()", s.conn.Ping()) }

// sent tells why something was not taken to be sent, unless that is because the
// connection has ended: the script will be told.
func (s *socket) sent(what string, err error) {
	switch {
	case errors.Is(err, wsconn.ErrFull):
		s.module.vu.Throw("%s: %v", what, err)
	case err != nil && (s.closing || s.told):
		if err := s.fail(err); err != nil {
			panic(err) // what a handler threw
		}
	}
}

// close is socket.close(code).
func (s *socket) close(call sobek.FunctionCall) {
	code, _ := wsconn.CloseArguments(s.module.vu, "Socket.close()", call.Argument(0), nil, wsconn.GoingAway)
	if s.conn.Close(code, "") == nil { // or else it is closed already
		s.closing, s.timers = true, nil
	}
}
