package vu

import (
	"errors"

	"github.com/grafana/sobek"
)

// Freeze freezes a value with all that it holds.
func (v *VU) Freeze(value sobek.Value) error {
	o, ok := value.(*sobek.Object)
	if !ok {
		return nil
	}
	for _, k := range o.Keys() {
		if err := v.Freeze(o.Get(k)); err != nil {
			return err
		}
	}
	if v.freeze == nil {
		object, _ := v.Runtime.Get("Object").(*sobek.Object)
		if object == nil {
			return errors.New("the script has replaced the global Object")
		}
		if v.freeze, ok = sobek.AssertFunction(object.Get("freeze")); !ok {
			return errors.New("the script has replaced Object.freeze")
		}
	}
	_, err := v.freeze(sobek.Undefined(), o)
	return err
}
