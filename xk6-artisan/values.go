package artisan

import "github.com/grafana/sobek"

// labels makes an object of strings. It keeps no order.
func (m *Module) labels(of map[string]string) *sobek.Object {
	o := m.object()
	for k, v := range of {
		m.set(o, field{k, v})
	}
	return o
}
