package jslib

import (
	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/summary"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// summaryModule has text(json, indent, colors) and junit(json, name,
// classname) of the data of handleSummary.
func summaryModule() vu.Module {
	return vu.Module{
		Name:    "headroom/summary",
		Exports: []string{"text", "junit"},
		New: func(v *vu.VU) func(string) any {
			return func(name string) any {
				return func(call sobek.FunctionCall) sobek.Value { return render(v, name, call) }
			}
		},
	}
}

func render(v *vu.VU, name string, call sobek.FunctionCall) sobek.Value {
	caller := "textSummary"
	if name == "junit" {
		caller = "jUnit"
	}
	if vu.Absent(call.Argument(0)) {
		v.Throw("%s() needs the data that handleSummary gets", caller)
	}
	data, first, second := []byte(call.Argument(0).String()), call.Argument(1).String(), call.Argument(2)
	var out string
	var err error
	if name == "junit" {
		out, err = summary.JUnit(data, first, second.String())
	} else {
		out, err = summary.TextFromHandleSummary(data, first, second.ToBoolean())
	}
	if err != nil {
		v.Throw("%s(): %v", caller, err)
	}
	return v.Runtime.ToValue(out)
}
