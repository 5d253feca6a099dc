package jslib

import (
	"crypto/rand"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// randomModule has bytes(n): an ArrayBuffer of bytes that nobody can guess.
func randomModule() vu.Module {
	return vu.Module{
		Name:    "headroom/random",
		Exports: []string{"bytes"},
		New: func(v *vu.VU) func(string) any {
			return func(string) any {
				return func(call sobek.FunctionCall) sobek.Value {
					n := call.Argument(0).ToInteger()
					if n < 0 || n > 65536 {
						v.Throw("bytes(%d): there are 0 to 65536 bytes", n)
					}
					b := make([]byte, n)
					if _, err := rand.Read(b); err != nil {
						v.Throw("read random bytes: %v", err)
					}
					return v.Runtime.ToValue(v.Runtime.NewArrayBuffer(b))
				}
			}
		},
	}
}
