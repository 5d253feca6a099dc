package k6websockets

import (
	"slices"
	"strings"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// The events, as indices of eventNames.
const (
	onOpen = iota
	onMessage
	onPing
	onPong
	onError
	onClose
)

var eventNames = [...]string{onOpen: "open", onMessage: "message", onPing: "ping", onPong: "pong", onError: "error", onClose: "close"}

// listener is a function that is to be told of events.
type listener struct {
	value     sobek.Value
	call      sobek.Callable
	attribute bool // it is onopen, or the like
	once      bool
}

type field struct {
	name  string
	value any
}

// dispatch tells all listeners of an event. What one of them throws ends the
// iteration.
func (s *socket) dispatch(event int, at time.Time, fields ...field) error {
	if len(s.listeners[event]) == 0 {
		return nil
	}
	v := s.module.vu
	o := v.Runtime.NewObject()
	fields = append(fields, field{"type", eventNames[event]}, field{"timestamp", millis(at)}, field{"target", s.this})
	for _, f := range fields {
		if err := o.Set(f.name, f.value); err != nil {
			return err
		}
	}
	for _, l := range slices.Clone(s.listeners[event]) {
		if !slices.ContainsFunc(s.listeners[event], l.is) {
			continue // another one has removed it
		}
		if l.once {
			s.remove(event, l)
		}
		if _, err := l.call(s.this, o); err != nil {
			return err
		}
	}
	return nil
}

func (l listener) is(other listener) bool {
	return l.attribute == other.attribute && l.value.SameAs(other.value)
}

func (s *socket) remove(event int, l listener) {
	s.listeners[event] = slices.DeleteFunc(s.listeners[event], l.is)
}

// handler is the value of onopen, or the like.
func (s *socket) handler(event int) sobek.Value {
	for _, l := range s.listeners[event] {
		if l.attribute {
			return l.value
		}
	}
	return sobek.Null()
}

// setHandler sets onopen, or the like. A new function takes the place of the
// old one also in the order in which they are called.
func (s *socket) setHandler(event int, value sobek.Value) {
	i := slices.IndexFunc(s.listeners[event], func(l listener) bool { return l.attribute })
	if vu.Absent(value) {
		if i >= 0 {
			s.listeners[event] = slices.Delete(s.listeners[event], i, i+1)
		}
		return
	}
	call, ok := sobek.AssertFunction(value)
	if !ok {
		panic(s.module.vu.Runtime.NewTypeError("WebSocket.on%s must be a function or null, and is %s", eventNames[event], vu.Kind(value)))
	}
	l := listener{value: value, call: call, attribute: true}
	if i >= 0 {
		s.listeners[event][i] = l
		return
	}
	s.listeners[event] = append(s.listeners[event], l)
}

// addEventListener is socket.addEventListener(event, listener, options).
func (s *socket) addEventListener(call sobek.FunctionCall) sobek.Value {
	event, l := s.listener("WebSocket.addEventListener()", call)
	l.once = s.once(call.Argument(2))
	if !slices.ContainsFunc(s.listeners[event], l.is) {
		s.listeners[event] = append(s.listeners[event], l)
	}
	return sobek.Undefined()
}

// removeEventListener is socket.removeEventListener(event, listener).
func (s *socket) removeEventListener(call sobek.FunctionCall) sobek.Value {
	event, l := s.listener("WebSocket.removeEventListener()", call)
	s.remove(event, l)
	return sobek.Undefined()
}

func (s *socket) listener(what string, call sobek.FunctionCall) (event int, l listener) {
	v, name := s.module.vu, call.Argument(0).String()
	if event = slices.Index(eventNames[:], name); event < 0 {
		v.Throw("%s: there is no event %q: there are %s", what, name, strings.Join(eventNames[:], ", "))
	}
	l.value = call.Argument(1)
	var ok bool
	if l.call, ok = sobek.AssertFunction(l.value); !ok {
		panic(v.Runtime.NewTypeError("%s: the listener must be a function, and is %s", what, vu.Kind(l.value)))
	}
	return event, l
}

// once reads the options of addEventListener. Those that mean nothing where
// there is no tree of elements are taken and mean nothing.
func (s *socket) once(options sobek.Value) bool {
	o, ok := options.(*sobek.Object)
	if !ok {
		return false
	}
	for _, key := range o.Keys() {
		if !slices.Contains([]string{"once", "capture", "passive"}, key) {
			s.module.vu.Throw("WebSocket.addEventListener(): the option %s is not supported: there is once", key)
		}
	}
	once := o.Get("once")
	return once != nil && once.ToBoolean()
}
