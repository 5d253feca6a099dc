package k6execution

import (
	"maps"
	"slices"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// tags is exec.vu.metrics.tags: what is written to it is carried by all
// samples of the virtual user from then on.
type tags struct{ vu *vu.VU }

var _ sobek.DynamicObject = (*tags)(nil)

// Get implements sobek.DynamicObject.
func (t *tags) Get(key string) sobek.Value {
	if v, ok := t.vu.Tag(key); ok {
		return t.vu.Runtime.ToValue(v)
	}
	return nil
}

// Set implements sobek.DynamicObject.
func (t *tags) Set(key string, v sobek.Value) bool {
	if _, isObject := v.(*sobek.Object); isObject || vu.Absent(v) {
		t.vu.Throw("exec.vu.metrics.tags.%s: a tag is a string, a number or a boolean", key)
	}
	if t.vu.Tags == nil {
		t.vu.Tags = make(map[string]string)
	}
	t.vu.Tags[key] = v.String()
	return true
}

// Has implements sobek.DynamicObject.
func (t *tags) Has(key string) bool {
	_, ok := t.vu.Tag(key)
	return ok
}

// Delete implements sobek.DynamicObject.
func (t *tags) Delete(key string) bool {
	delete(t.vu.Tags, key)
	return true
}

// Keys implements sobek.DynamicObject.
func (t *tags) Keys() []string {
	keys := slices.Sorted(maps.Keys(t.vu.Tags))
	for _, k := range []string{"group", "scenario"} {
		if t.Has(k) && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}
