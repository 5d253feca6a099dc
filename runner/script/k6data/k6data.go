// Package k6data is the module k6/data: data that all virtual users share.
package k6data

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Module is the module k6/data.
func Module() vu.Module {
	return vu.Module{
		Name:    "k6/data",
		Exports: []string{"SharedArray"},
		New: func(v *vu.VU) func(string) any {
			return func(string) any {
				return func(call sobek.ConstructorCall) *sobek.Object { return sharedArray(v, call) }
			}
		},
	}
}

// sharedArray is `new SharedArray(name, () => [...])`. The first virtual user
// builds the elements; all keep them once, as JSON, and get a copy of an
// element whenever they read it.
func sharedArray(v *vu.VU, call sobek.ConstructorCall) *sobek.Object {
	v.OnlyInit("new SharedArray()")
	name := call.Argument(0)
	build, ok := sobek.AssertFunction(call.Argument(1))
	if vu.Absent(name) || name.String() == "" || !ok {
		v.Throw("new SharedArray() needs a name and a function that returns an array")
	}
	var thrown *sobek.Exception // a value of this virtual user's runtime, of no use to others
	made, err := v.Test.Share("SharedArray "+name.String(), func() (any, error) {
		list, err := elements(v, build)
		if errors.As(err, &thrown) {
			err = vu.Explain(err)
		}
		return list, err
	})
	if thrown != nil {
		panic(thrown.Value())
	}
	if err != nil {
		v.Throw("new SharedArray(%q): %v", name.String(), err)
	}
	list, _ := made.([]string)
	return NewArray(v, list)
}

// elements calls the script's function and keeps each element as JSON.
func elements(v *vu.VU, build sobek.Callable) ([]string, error) {
	result, err := build(sobek.Undefined())
	if err != nil {
		return nil, err
	}
	o, ok := result.(*sobek.Object)
	if !ok || o.ClassName() != "Array" {
		return nil, errors.New("the function must return an array")
	}
	list := make([]string, o.Get("length").ToInteger())
	for i := range list {
		text, err := v.JSON(o.Get(strconv.Itoa(i)))
		if err != nil {
			return nil, fmt.Errorf("element %d cannot be kept as JSON: %w", i, vu.Explain(err))
		}
		list[i] = cmp.Or(text, "null")
	}
	return list, nil
}
