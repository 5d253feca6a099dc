package k6ws

import (
	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

var slot = vu.NewSlot[*socket]("Socket")

// methods are those of the class Socket.
var methods = map[string]func(*socket, sobek.FunctionCall){
	"on": (*socket).on, "send": (*socket).send, "sendBinary": (*socket).sendBinary, "ping": (*socket).ping, "close": (*socket).close,
	"setTimeout":  func(s *socket, call sobek.FunctionCall) { s.setTimer("Socket.setTimeout()", call, false) },
	"setInterval": func(s *socket, call sobek.FunctionCall) { s.setTimer("Socket.setInterval()", call, true) },
}

// prototype is that of the class Socket.
func (m *module) prototype() *sobek.Object {
	if m.class == nil {
		m.class = m.vu.Runtime.NewObject()
		m.vu.Brand(m.class, "Socket")
		for name, method := range methods {
			m.vu.Method(m.class, name, func(call sobek.FunctionCall) sobek.Value {
				s, ok := slot.Of(call.This)
				if !ok {
					panic(m.vu.Runtime.NewTypeError("this is no Socket"))
				}
				method(s, call)
				return sobek.Undefined()
			})
		}
	}
	return m.class
}

func (m *module) wrap(s *socket) *sobek.Object {
	o := m.vu.Runtime.CreateObject(m.prototype())
	slot.Put(m.vu, o, s)
	return o
}

// failure is the object that handlers of errors get.
func (m *module) failure(text string) *sobek.Object {
	o := m.vu.Runtime.NewObject()
	m.vu.Method(o, "error", func(sobek.FunctionCall) sobek.Value { return m.vu.Runtime.ToValue(text) })
	return o
}
