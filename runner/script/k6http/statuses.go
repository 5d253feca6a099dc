package k6http

import (
	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// statuses are the response statuses that count as success.
type statuses struct{ ranges [][2]int }

// defaultStatuses is what counts as success unless the script says otherwise.
var defaultStatuses = statuses{[][2]int{{200, 399}}}

func (s *statuses) contain(status int) bool {
	for _, r := range s.ranges {
		if status >= r[0] && status <= r[1] {
			return true
		}
	}
	return false
}

// expectedStatuses is http.expectedStatuses(200, {min: 300, max: 399}).
func (m *module) expectedStatuses(call sobek.FunctionCall) sobek.Value {
	s := &statuses{}
	if len(call.Arguments) == 0 {
		m.vu.Throw("http.expectedStatuses() needs at least one status")
	}
	for _, a := range call.Arguments {
		o, ok := a.(*sobek.Object)
		switch {
		case !ok:
			s.ranges = append(s.ranges, [2]int{int(a.ToInteger()), int(a.ToInteger())})
		case vu.Absent(o.Get("min")) || vu.Absent(o.Get("max")):
			m.vu.Throw("http.expectedStatuses(): a range needs min and max")
		default:
			s.ranges = append(s.ranges, [2]int{int(o.Get("min").ToInteger()), int(o.Get("max").ToInteger())})
		}
	}
	return m.vu.Runtime.ToValue(s)
}

// setResponseCallback sets what counts as success from now on; null means
// that nothing is judged.
func (m *module) setResponseCallback(call sobek.FunctionCall) sobek.Value {
	m.expect = m.statuses(call.Argument(0))
	return sobek.Undefined()
}

func (m *module) statuses(v sobek.Value) *statuses {
	if vu.Absent(v) {
		return nil
	}
	s, ok := v.Export().(*statuses)
	if !ok {
		m.vu.Throw("http: a response callback must be null or made by http.expectedStatuses()")
	}
	return s
}
