package output

import (
	"reflect"
	"slices"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// tagText keeps what the tags of the last sample look like: the samples of one
// event come one after the other and share their tags.
type tagText struct {
	of   metric.Set // held, so that no other set can take its place in memory
	text []byte
	keys []string // scratch
}

// has tells whether the text is that of tags.
func (t *tagText) has(tags metric.Set) bool {
	return t.of != nil && reflect.ValueOf(t.of).UnsafePointer() == reflect.ValueOf(tags).UnsafePointer()
}

// sorted are the keys of tags. The next call takes the list back.
func (t *tagText) sorted(tags metric.Set) []string {
	t.keys = t.keys[:0]
	for k := range tags {
		t.keys = append(t.keys, k)
	}
	slices.Sort(t.keys)
	return t.keys
}
