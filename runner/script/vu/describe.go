package vu

import (
	"fmt"
	"strconv"

	"github.com/grafana/sobek"
)

// Describe tells a value that is of a wrong type: its type and, if that helps,
// the value.
func Describe(value sobek.Value) string {
	if Absent(value) {
		return fmt.Sprint(value)
	}
	o, ok := value.(*sobek.Object)
	if !ok {
		if s, ok := value.Export().(string); ok {
			return "the string " + strconv.Quote(s)
		}
		return value.String()
	}
	name := o.ClassName()
	if tag := o.GetSymbol(sobek.SymToStringTag); !Absent(tag) {
		name = tag.String()
	}
	return "of the type " + name
}
