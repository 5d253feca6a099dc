package k6data

import (
	"fmt"
	"testing"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// BenchmarkElement reads one element, as a script does once an iteration.
func BenchmarkElement(b *testing.B) {
	v := vu.New(&vu.Test{}, 1)
	list := make([]string, 1000)
	for i := range list {
		list[i] = fmt.Sprintf(`{"name":"user%d","password":"secret","roles":["a","b"]}`, i)
	}
	a := NewArray(v, list)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		a.Get(fmt.Sprint(i % len(list)))
	}
}
