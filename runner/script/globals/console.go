package globals

import (
	"strings"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// console is the global of that name. Objects are shown as JSON.
func console(v *vu.VU) *sobek.Object {
	o := v.Runtime.NewObject()
	for name, level := range map[string]string{
		"log": "info", "info": "info", "debug": "debug", "warn": "warn", "error": "error",
	} {
		method := func(call sobek.FunctionCall) sobek.Value {
			words := make([]string, len(call.Arguments))
			for i, a := range call.Arguments {
				words[i] = show(v, a)
			}
			v.Test.Console(level, strings.Join(words, " "))
			return sobek.Undefined()
		}
		if err := o.Set(name, method); err != nil {
			v.Throw("make console.%s: %v", name, err)
		}
	}
	return o
}

func show(v *vu.VU, value sobek.Value) string {
	o, ok := value.(*sobek.Object)
	if !ok {
		return value.String()
	}
	switch o.ClassName() {
	case "Error":
		return o.String()
	case "Function":
		return "[object Function]"
	}
	text, err := v.JSON(o)
	if err != nil || text == "" {
		return "[" + o.ClassName() + ", not shown: it has no JSON]"
	}
	return text
}
