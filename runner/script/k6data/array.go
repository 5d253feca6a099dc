package k6data

import (
	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// NewArray returns a read-only array of shared elements, each given as JSON.
// Whoever reads an element gets a copy of it, which is frozen: nobody shall
// believe that a change of it is seen elsewhere.
func NewArray(v *vu.VU, elements []string) *sobek.Object {
	freeze, ok := sobek.AssertFunction(v.Runtime.Get("Object").ToObject(v.Runtime).Get("freeze"))
	if !ok {
		v.Throw("shared data: the script has replaced Object.freeze")
	}
	return v.Runtime.NewDynamicArray(array{v, elements, freeze})
}

// array is a view of the shared elements by one virtual user.
type array struct {
	vu       *vu.VU
	elements []string
	freeze   sobek.Callable
}

var _ sobek.DynamicArray = array{}

// Len implements sobek.DynamicArray.
func (a array) Len() int { return len(a.elements) }

// Get implements sobek.DynamicArray.
func (a array) Get(i int) sobek.Value {
	if i < 0 || i >= len(a.elements) {
		return sobek.Undefined()
	}
	v, err := a.vu.ParseJSON(a.elements[i])
	if err == nil {
		err = a.freezeAll(v)
	}
	if err != nil {
		a.vu.Throw("shared array: element %d: %v", i, err)
	}
	return v
}

// freezeAll freezes a value with all that it holds.
func (a array) freezeAll(v sobek.Value) error {
	o, ok := v.(*sobek.Object)
	if !ok {
		return nil
	}
	for _, k := range o.Keys() {
		if err := a.freezeAll(o.Get(k)); err != nil {
			return err
		}
	}
	_, err := a.freeze(sobek.Undefined(), o)
	return err
}

// Set implements sobek.DynamicArray: shared data is read-only.
func (a array) Set(int, sobek.Value) bool {
	panic(a.vu.Runtime.NewTypeError("a SharedArray is read-only: copy it with [...array] to change the copy"))
}

// SetLen implements sobek.DynamicArray: shared data is read-only.
func (a array) SetLen(int) bool { return a.Set(0, nil) }
