package k6encoding

import (
	"bytes"
	"testing"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// FuzzBase64 holds, for any bytes and any text: what was encoded decodes to
// itself, and text either is refused or decodes to bytes that survive another
// round.
func FuzzBase64(f *testing.F) {
	f.Add([]byte("foob"), "Zm9vYg==")
	f.Add([]byte{0xfb, 0xff}, "-_8")
	f.Add([]byte{}, "Zm9v\r\n====")
	v := vu.New(&vu.Test{}, 1)
	export := Module().New(v)
	call := func(name string, args ...any) (sobek.Value, error) {
		values := make([]sobek.Value, len(args))
		for i, a := range args {
			values[i] = v.Runtime.ToValue(a)
		}
		fn, _ := sobek.AssertFunction(v.Runtime.ToValue(export(name)))
		return fn(sobek.Undefined(), values...)
	}
	decode := func(t *testing.T, text, variant string) ([]byte, bool) {
		t.Helper()
		value, err := call("b64decode", text, variant)
		if err != nil {
			return nil, false
		}
		b, ok := v.Bytes(value)
		if !ok {
			t.Fatalf("b64decode(%q, %q) is no ArrayBuffer: %v", text, variant, value)
		}
		return b, true
	}
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		for variant := range variants {
			again := func(b []byte) {
				encoded, err := call("b64encode", v.Runtime.NewArrayBuffer(b), variant)
				if err != nil {
					t.Fatal(err)
				}
				if got, ok := decode(t, encoded.String(), variant); !ok || !bytes.Equal(got, b) {
					t.Fatalf("%s: %x became %v and then %x", variant, b, encoded, got)
				}
			}
			again(data)
			if b, ok := decode(t, text, variant); ok {
				again(b)
			}
		}
	})
}
