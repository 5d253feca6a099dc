// Package k6metrics is the module k6/metrics: a script's own metrics.
package k6metrics

import (
	"fmt"
	"math"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

var kinds = []metric.Kind{metric.Counter, metric.Gauge, metric.Rate, metric.Trend}

// Module is the module k6/metrics.
func Module() vu.Module {
	m := vu.Module{Name: "k6/metrics", New: func(v *vu.VU) func(string) any {
		return func(name string) any {
			for _, k := range kinds {
				if k.String() == name {
					return constructor(v, k)
				}
			}
			return nil
		}
	}}
	for _, k := range kinds {
		m.Exports = append(m.Exports, k.String())
	}
	return m
}

// constructor is `new Trend(name, isTime)` and its like.
func constructor(v *vu.VU, kind metric.Kind) func(sobek.ConstructorCall) *sobek.Object {
	return func(call sobek.ConstructorCall) *sobek.Object {
		v.OnlyInit("new " + kind.String() + "()")
		name := call.Argument(0)
		if vu.Absent(name) {
			v.Throw("new %v() needs a name", kind)
		}
		contains := metric.Default
		if call.Argument(1).ToBoolean() {
			contains = metric.Time
		}
		m, err := v.Test.Metrics.New(name.String(), kind, contains)
		if err != nil {
			v.Throw("new %v(): %v", kind, err)
		}
		fail(v, call.This.DefineDataProperty("name", v.Runtime.ToValue(m.Name), sobek.FLAG_FALSE, sobek.FLAG_FALSE, sobek.FLAG_TRUE))
		fail(v, call.This.Set("add", adder(v, m)))
		return nil
	}
}

func fail(v *vu.VU, err error) {
	if err != nil {
		v.Throw("%v", err)
	}
}

// adder is the method add of a metric. A value that is no number is the
// script's mistake: it is told and not counted.
func adder(v *vu.VU, m *metric.Metric) func(sobek.FunctionCall) sobek.Value {
	return func(call sobek.FunctionCall) sobek.Value {
		v.OnlyRunning(m.Name + ".add()")
		x := call.Argument(0).ToFloat()
		if math.IsNaN(x) || math.IsInf(x, 0) || vu.Absent(call.Argument(0)) {
			if v.Test.Options.Throw {
				v.Throw("%s.add(%v): not a number", m.Name, call.Argument(0))
			}
			v.Test.WarnOnce(fmt.Sprintf("%s.add(%v): not a number, and not counted", m.Name, call.Argument(0)))
			return v.Runtime.ToValue(false)
		}
		v.Samples.Add(m, x, &vu.Tagged{Own: v.ExportTags(call.Argument(1)), VU: v})
		return v.Runtime.ToValue(true)
	}
}
