package artisan

import (
	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/observation"
)

// mark is artisan.mark(name): a moment that the report shows on its axis.
func (m *Module) mark(call sobek.FunctionCall) sobek.Value {
	m.running("artisan.mark()")
	name, ok := call.Argument(0).Export().(string)
	if !ok || name == "" {
		m.typeError("artisan.mark(name): name must be a string that is not empty, and is %s", describe(call.Argument(0)))
	}
	m.ext.observe(observation.Record{Kind: observation.KindMark, Mark: &observation.Mark{Name: name}})
	return sobek.Undefined()
}
