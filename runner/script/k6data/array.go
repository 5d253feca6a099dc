package k6data

import (
	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// NewArray returns a read-only array of shared elements, each given as JSON.
// Whoever reads an element gets a copy of it, which is frozen: nobody shall
// believe that a change of it is seen elsewhere.
func NewArray(v *vu.VU, elements []string) *sobek.Object {
	return v.Runtime.NewDynamicArray(array{v, elements})
}

// array is a view of the shared elements by one virtual user.
type array struct {
	vu       *vu.VU
	elements []string
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
		err = a.vu.Freeze(v)
	}
	if err != nil {
		a.vu.Throw("shared array: element %d: %v", i, err)
	}
	return v
}

// Set implements sobek.DynamicArray: shared data is read-only.
func (a array) Set(int, sobek.Value) bool {
	panic(a.vu.Runtime.NewTypeError("a SharedArray is read-only: copy it with [...array] to change the copy"))
}

// SetLen implements sobek.DynamicArray: shared data is read-only.
func (a array) SetLen(int) bool { return a.Set(0, nil) }
