package textcoding

import (
	"bytes"
	"encoding/hex"
	"testing"
)

// TestInvalid decodes what is invalid. What stands for it, and how often, is
// given by the Encoding standard.
func TestInvalid(t *testing.T) {
	for _, tt := range []struct{ label, bytes, want string }{
		{"utf-8", "61ff62", "a\ufffdb"},
		{"utf-8", "c0af", "\ufffd\ufffd"},
		{"utf-8", "e080af", "\ufffd\ufffd\ufffd"},
		{"utf-8", "eda080", "\ufffd\ufffd\ufffd"}, // a surrogate
		{"utf-8", "f0808080", "\ufffd\ufffd\ufffd\ufffd"},
		{"utf-8", "f4908080", "\ufffd\ufffd\ufffd\ufffd"},
		{"utf-8", "f5808080", "\ufffd\ufffd\ufffd\ufffd"},
		{"utf-8", "e28261", "\ufffda"}, // breaks off
		{"utf-8", "f09f9261", "\ufffda"},
		{"utf-8", "f09ff09f92a5", "\ufffd💥"},
		{"utf-8", "e282", "\ufffd"}, // ends early
		{"utf-8", "f09f92", "\ufffd"},
		{"utf-8", "61f0", "a\ufffd"},
		{"utf-8", "80bf", "\ufffd\ufffd"},
		{"utf-16le", "3dd8a5dc", "💥"},
		{"utf-16le", "3dd86100", "\ufffda"},
		{"utf-16le", "a5dc6100", "\ufffda"},
		{"utf-16le", "3dd83dd8a5dc", "\ufffd💥"},
		{"utf-16le", "3dd8", "\ufffd"},
		{"utf-16le", "3dd861", "\ufffd"},
		{"utf-16le", "610062", "a\ufffd"},
		{"utf-16be", "d83ddca5", "💥"},
		{"utf-16be", "dca50061", "\ufffda"},
		{"utf-16be", "d83d00", "\ufffd"},
	} {
		b, err := hex.DecodeString(tt.bytes)
		if err != nil {
			t.Fatal(err)
		}
		d := decoder{encoding: byLabel[tt.label]}
		if got, err := d.decode(b, false); err != nil || got != tt.want {
			t.Errorf("%s %s: got %q, %v; want %q", tt.label, tt.bytes, got, err, tt.want)
		}
		d.fatal = true
		if got, err := d.decode(b, false); (err == nil) != (tt.want == "💥") {
			t.Errorf("%s %s, fatal: got %q, %v", tt.label, tt.bytes, got, err)
		}
	}
}

// TestWindows1252 decodes the bytes in which windows-1252 and ISO 8859-1
// differ, and some in which they do not.
func TestWindows1252(t *testing.T) {
	var b []byte
	for c := 0x7f; c <= 0xa1; c++ {
		b = append(b, byte(c))
	}
	const want = "\u007f€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ\u00a0¡"
	d := decoder{encoding: byLabel["latin1"], fatal: true}
	if got, err := d.decode(b, false); err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestByteOrderMark(t *testing.T) {
	for _, tt := range []struct {
		label, bytes, want string
		ignore             bool
	}{
		{"utf-8", "efbbbf61efbbbf", "a\ufeff", false},
		{"utf-8", "efbbbfefbbbf61", "\ufeffa", false},
		{"utf-8", "efbbbf61", "\ufeffa", true},
		{"utf-8", "ffefbbbf", "\ufffd\ufeff", false},
		{"utf-8", "feff", "\ufffd\ufffd", false}, // that of another encoding
		{"utf-16le", "fffe6100", "a", false},
		{"utf-16le", "fffe6100", "\ufeffa", true},
		{"utf-16be", "feff0061", "a", false},
		{"utf-16be", "fffe0061", "\ufffea", false},
		{"latin1", "efbbbf", "ï»¿", false},
	} {
		b, err := hex.DecodeString(tt.bytes)
		if err != nil {
			t.Fatal(err)
		}
		for step := 1; step <= len(b); step++ {
			d := decoder{encoding: byLabel[tt.label], ignoreBOM: tt.ignore}
			if got := inSteps(t, &d, b, step); got != tt.want {
				t.Errorf("%s %s, ignoreBOM %t, %d bytes at a time: got %q, want %q", tt.label, tt.bytes, tt.ignore, step, got, tt.want)
			}
		}
	}
}

// inSteps decodes b in pieces of so many bytes.
func inSteps(t *testing.T, d *decoder, b []byte, step int) string {
	t.Helper()
	var text string
	for len(b) > step {
		piece := bytes.Clone(b[:step])
		s, err := d.decode(piece, true)
		if err != nil {
			t.Fatal(err)
		}
		clear(piece) // a script may use its memory again
		text, b = text+s, b[step:]
	}
	s, err := d.decode(b, false)
	if err != nil {
		t.Fatal(err)
	}
	return text + s
}

// TestAfterAFatalError goes on with a decoder that has refused its input.
func TestAfterAFatalError(t *testing.T) {
	d := decoder{encoding: byLabel["utf-8"], fatal: true}
	if _, err := d.decode([]byte("a\xff"), false); err == nil {
		t.Error("an invalid byte is no error")
	}
	if got, err := d.decode([]byte("\xef\xbb\xbfb"), false); err != nil || got != "b" {
		t.Errorf("the next text: got %q, %v", got, err)
	}
	if _, err := d.decode([]byte("\xe2\x82"), true); err != nil {
		t.Errorf("the rest of a character may be yet to come: %v", err)
	}
	if _, err := d.decode(nil, false); err == nil {
		t.Error("a character that ends early is no error")
	}
	if _, err := d.decode([]byte("\xffx"), true); err == nil {
		t.Error("an invalid byte is no error")
	}
	if got, err := d.decode([]byte("y"), false); err != nil || got != "xy" {
		t.Errorf("the rest of a stream: got %q, %v", got, err)
	}
}

// FuzzDecoder holds, for any bytes: read at once, in equal pieces or cut
// anywhere, they give the same text, and it is refused as a whole exactly if
// U+FFFD stands for something in it.
func FuzzDecoder(f *testing.F) {
	f.Add([]byte("grüße 💥"), uint8(1), 3)
	f.Add([]byte("\xef\xbb\xbf\xf0\x9f\x92a\xed\xa0\x80"), uint8(2), 2)
	f.Add([]byte("\xff\xfe\x3d\xd8\x3d\xd8\xa5\xdc\x3d\xd8a"), uint8(3), 5)
	f.Fuzz(func(t *testing.T, b []byte, step uint8, cut int) {
		for _, e := range encodings {
			d := decoder{encoding: e}
			whole := inSteps(t, &d, b, len(b))
			if got := inSteps(t, &d, b, int(step)+1); got != whole {
				t.Fatalf("%s %x, %d bytes at a time: got %q, want %q", e.name, b, int(step)+1, got, whole)
			}
			if at := int(uint(cut) % uint(len(b)+1)); at < len(b) {
				head, err := d.decode(b[:at], true)
				tail, err2 := d.decode(b[at:], false)
				if head+tail != whole || err != nil || err2 != nil {
					t.Fatalf("%s %x, cut at %d: got %q, want %q", e.name, b, at, head+tail, whole)
				}
			}
			strict := decoder{encoding: e, fatal: true}
			text, err := strict.decode(b, false)
			if err == nil && text != whole || err != nil && !bytes.ContainsRune([]byte(whole), '\ufffd') {
				t.Fatalf("%s %x, fatal: got %q, %v; want %q", e.name, b, text, err, whole)
			}
		}
	})
}
