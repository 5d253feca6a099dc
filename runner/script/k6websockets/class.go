package k6websockets

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grafana/sobek"
	"golang.org/x/net/http/httpguts"

	"github.com/artisan-platform/headroom/runner/script/vu"
	"github.com/artisan-platform/headroom/runner/script/wsconn"
)

var socketSlot = vu.NewSlot[*socket]("WebSocket")

// socketClass is the class WebSocket.
func (m *module) socketClass() *sobek.Object {
	if m.socket != nil {
		return m.socket
	}
	v := m.vu
	class, prototype := v.Class("WebSocket", m.construct)
	m.socket = class
	for state, name := range []string{connecting: "CONNECTING", open: "OPEN", closing: "CLOSING", closed: "CLOSED"} {
		for _, o := range []*sobek.Object{class, prototype} {
			m.must(o.DefineDataProperty(name, v.Runtime.ToValue(state), sobek.FLAG_FALSE, sobek.FLAG_FALSE, sobek.FLAG_TRUE))
		}
	}
	for name, get := range map[string]func(*socket) any{
		"url":            func(s *socket) any { return s.address.URL },
		"readyState":     func(s *socket) any { return s.state },
		"bufferedAmount": func(s *socket) any { return s.bufferedAmount() },
		"protocol":       func(s *socket) any { return s.chosen((*wsconn.Conn).Protocol) },
		"extensions":     func(s *socket) any { return s.chosen((*wsconn.Conn).Extensions) },
	} {
		v.Getter(prototype, name, func(this sobek.Value) any { return get(m.socketOf(this)) })
	}
	m.accessor(prototype, "binaryType", (*socket).binaryType, (*socket).setBinaryType)
	for event, name := range eventNames {
		m.accessor(prototype, "on"+name, func(s *socket) sobek.Value { return s.handler(event) },
			func(s *socket, value sobek.Value) { s.setHandler(event, value) })
	}
	for name, method := range map[string]func(*socket, sobek.FunctionCall) sobek.Value{
		"send": (*socket).send, "ping": (*socket).ping, "close": (*socket).close,
		"addEventListener": (*socket).addEventListener, "removeEventListener": (*socket).removeEventListener,
	} {
		v.Method(prototype, name, func(call sobek.FunctionCall) sobek.Value { return method(m.socketOf(call.This), call) })
	}
	return class
}

func (m *module) must(err error) {
	if err != nil {
		m.vu.Throw("make a class of k6/websockets: %v", err)
	}
}

// accessor defines an attribute that is read and written.
func (m *module) accessor(prototype *sobek.Object, name string, get func(*socket) sobek.Value, set func(*socket, sobek.Value)) {
	getter := m.vu.Function("get "+name, func(call sobek.FunctionCall) sobek.Value { return get(m.socketOf(call.This)) })
	setter := m.vu.Function("set "+name, func(call sobek.FunctionCall) sobek.Value {
		set(m.socketOf(call.This), call.Argument(0))
		return sobek.Undefined()
	})
	m.must(prototype.DefineAccessorProperty(name, getter, setter, sobek.FLAG_TRUE, sobek.FLAG_TRUE))
}

func (m *module) socketOf(this sobek.Value) *socket {
	s, ok := socketSlot.Of(this)
	if !ok {
		panic(m.vu.Runtime.NewTypeError("this is no WebSocket"))
	}
	return s
}

// chosen is what the server chose, "" before it has.
func (s *socket) chosen(of func(*wsconn.Conn) string) string {
	if s.state == connecting || s.early {
		return ""
	}
	return of(s.conn)
}

func (s *socket) binaryType() sobek.Value {
	if s.buffers {
		return s.module.vu.Runtime.ToValue("arraybuffer")
	}
	return s.module.vu.Runtime.ToValue("blob")
}

func (s *socket) setBinaryType(value sobek.Value) {
	name := value.String()
	if name != "blob" && name != "arraybuffer" {
		panic(s.module.vu.Runtime.NewTypeError("WebSocket.binaryType must be \"blob\" or \"arraybuffer\", and is %s", vu.Describe(value)))
	}
	s.buffers = name == "arraybuffer"
}

const constructor = "new WebSocket()"

// construct is new WebSocket(url, protocols, params).
func (m *module) construct(call sobek.ConstructorCall) *sobek.Object {
	m.vu.OnlyRunning(constructor)
	address, err := wsconn.ParseAddress(m.vu.Text(call.Argument(0)))
	if err != nil {
		m.syntaxError("%v", err)
	}
	protocols := m.protocols(call.Argument(1))
	r := wsconn.NewRequest(m.vu, constructor, address, protocols, call.Argument(2))
	s := &socket{module: m, this: call.This, address: address}
	socketSlot.Put(m.vu, call.This, s)
	s.start(r)
	return nil
}

// protocols reads the subprotocols that are offered: a string or an array of
// strings.
func (m *module) protocols(value sobek.Value) []string {
	var list []string
	switch o, isObject := value.(*sobek.Object); {
	case vu.Absent(value):
		return nil
	case isObject:
		if err := m.vu.Runtime.ExportTo(o, &list); err != nil {
			panic(m.vu.Runtime.NewTypeError("%s: the protocols must be a string or an array of strings, and are %s", constructor, vu.Kind(value)))
		}
	default:
		list = []string{m.vu.Text(value)}
	}
	for i, p := range list {
		if !httpguts.ValidHeaderFieldName(p) { // which is a token, too
			m.syntaxError("the subprotocol %q is no name for one", p)
		}
		if slices.ContainsFunc(list[:i], func(q string) bool { return strings.EqualFold(p, q) }) {
			m.syntaxError("the subprotocol %q is given twice", p)
		}
	}
	return list
}

func (m *module) syntaxError(format string, args ...any) {
	panic(m.vu.NewNamedError("SyntaxError", fmt.Sprintf(constructor+": "+format, args...)))
}
