package globals

import (
	"math/big"
	"reflect"
	"slices"
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
	text, err := deep(v, o)
	if err != nil || text == "" {
		return "[" + o.ClassName() + ", not shown: it has no JSON]"
	}
	return text
}

// deep is the JSON of an object, with words for what JSON has none for:
// functions, large integers, and objects that hold themselves.
func deep(v *vu.VU, o *sobek.Object) (string, error) {
	var around []sobek.Value // the objects that hold the one at hand
	return v.JSONWith(o, func(call sobek.FunctionCall) sobek.Value {
		holder, value := call.This, call.Argument(1)
		if i := slices.IndexFunc(around, holder.SameAs); i >= 0 {
			around = around[:i+1] // what came deeper is done
		} else {
			around = append(around, holder)
		}
		inner, isObject := value.(*sobek.Object)
		switch {
		case !isObject && value.ExportType() == bigInt:
			return v.Runtime.ToValue(value.String())
		case !isObject:
			return value
		case inner.ClassName() == "Function":
			return v.Runtime.ToValue("[object Function]")
		case slices.ContainsFunc(around, inner.SameAs):
			return v.Runtime.ToValue("[Circular]")
		case inner.ClassName() == "Error":
			return v.Runtime.ToValue(inner.String())
		}
		return value
	})
}

var bigInt = reflect.TypeFor[*big.Int]()
