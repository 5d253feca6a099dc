package kubewatch

import (
	"reflect"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/artisan-platform/headroom/runner/observation"
)

// differ passes a fact on when it differs from the last one of its object.
type differ[T any] struct {
	src   source[T]
	sink  observation.Sink
	clock func() time.Time
	last  map[types.UID]T
}

func (d *differ[T]) changed(obj runtime.Object, listed bool) {
	fact, ok := d.src.fact(obj)
	if !ok || listed && d.src.skip != nil && d.src.skip(&fact) {
		return
	}
	key := keyOf(obj)
	if old, known := d.last[key]; known && reflect.DeepEqual(old, fact) {
		return
	}
	d.last[key] = fact
	d.observe(fact)
}

func (d *differ[T]) deleted(obj runtime.Object) {
	delete(d.last, keyOf(obj))
	fact, ok := d.src.fact(obj)
	if !ok || d.src.gone == nil {
		return
	}
	d.src.gone(&fact)
	d.observe(fact)
}

func (d *differ[T]) observe(fact T) {
	now := d.clock()
	d.sink.Observe(d.src.record(now, &fact))
	if d.src.seen != nil {
		d.src.seen(now, &fact)
	}
}

// typed adapts a conversion to the objects of a watch. An object of another
// type is no fact; the scheme yields none.
func typed[O any, T any](convert func(O) T) func(runtime.Object) (T, bool) {
	return func(obj runtime.Object) (T, bool) {
		o, ok := obj.(O)
		if !ok {
			var none T
			return none, false
		}
		return convert(o), true
	}
}
