// Package k6websockets is the module k6/websockets: the WebSocket of browsers
// (websockets.spec.whatwg.org), on the event loop of the virtual user, and
// Blob.
package k6websockets

import (
	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Module is the module k6/websockets.
func Module() vu.Module {
	return vu.Module{Name: "k6/websockets", Exports: []string{"WebSocket", "Blob"}, New: func(v *vu.VU) func(string) any {
		m := &module{vu: v}
		return func(name string) any {
			if name == "Blob" {
				return m.blobClass()
			}
			return m.socketClass()
		}
	}}
}

// module is k6/websockets of one virtual user.
type module struct {
	vu     *vu.VU
	socket *sobek.Object // the class WebSocket, made on first use
	blob   *sobek.Object // the class Blob, likewise
	live   map[*socket]bool
}

// keep has what becomes of a socket be measured also if the iteration ends
// before the script can be told.
func (m *module) keep(s *socket) {
	if m.live == nil {
		m.live = make(map[*socket]bool)
		m.vu.OnSettled(m.settle)
	}
	m.live[s] = true
}

func (m *module) settle() {
	for s := range m.live {
		s.conn.Settle()
		delete(m.live, s)
	}
}
