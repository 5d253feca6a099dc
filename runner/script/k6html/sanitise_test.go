package k6html

import (
	"testing"

	"golang.org/x/net/html"
)

// inputOf is the input of a page.
func inputOf(t *testing.T, source string) *html.Node {
	t.Helper()
	p, err := parsePage(source, "")
	if err != nil {
		t.Fatal(err)
	}
	n := first(named(p.root, "input"))
	if n == nil {
		t.Fatalf("there is no input in %s", source)
	}
	return n
}

func TestInputValues(t *testing.T) {
	for _, tt := range []struct{ attributes, want string }{
		{"value='a&#10;b&#13;c'", "abc"},
		{"type=password value=' x '", " x "},
		{"type=hidden value='a&#10;b'", "a\nb"},
		{"type=odd value=x", "x"},
		{"type=url value=' http://x&#10;y '", "http://xy"},
		{"type=email value=' a@b '", "a@b"},
		{"type=email multiple value=' a@b , c@d'", "a@b,c@d"},
		{"type=number value=1.50", "1.50"},
		{"type=number value=-.5e+3", "-.5e+3"},
		{"type=number value=1.", ""},
		{"type=number value=+1", ""},
		{"type=number value=1e999", ""},
		{"type=color value=#ABCDEF", "#abcdef"},
		{"type=color value=red", "#000000"},
		{"type=color", "#000000"},
		{"type=checkbox", "on"},
		{"type=checkbox value=''", ""},
		{"type=file value=x", ""},
		{"type=submit", ""},
		{"type=date value=2024-02-29", "2024-02-29"},
		{"type=date value=2023-02-29", ""},
		{"type=date value=0000-01-01", ""},
		{"type=date value=12024-12-31", "12024-12-31"},
		{"type=date value=2024-2-9", ""},
		{"type=month value=2024-12", "2024-12"},
		{"type=month value=2024-13", ""},
		{"type=week value=2020-W53", "2020-W53"},
		{"type=week value=2021-W53", ""},
		{"type=week value=2021-W00", ""},
		{"type=time value=23:59", "23:59"},
		{"type=time value=23:59:59.999", "23:59:59.999"},
		{"type=time value=24:00", ""},
		{"type=time value=1:04:05.5", ""},
		{"type=time value=10:00:60", ""},
		{"type=datetime-local value='2024-01-01 10:00:00'", "2024-01-01T10:00"},
		{"type=datetime-local value=2024-01-01T10:00:00.500", "2024-01-01T10:00:00.5"},
		{"type=datetime-local value=2024-01-01T10:00:07", "2024-01-01T10:00:07"},
		{"type=datetime-local value=2024-01-32T10:00", ""},
		{"type=datetime-local value=2024-01-01", ""},
	} {
		if got := inputValue(inputOf(t, "<input "+tt.attributes+">")); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.attributes, got, tt.want)
		}
	}
}

func TestRangeValues(t *testing.T) {
	for _, tt := range []struct{ attributes, want string }{
		{"", "50"},
		{"value=12", "12"},
		{"value=x", "50"},
		{"value=200", "100"},
		{"value=-3", "0"},
		{"min=10 max=20", "15"},
		{"min=10 max=5", "10"},
		{"min=10 max=5 value=7", "10"},
		{"min=0 max=10 step=4 value=5", "4"},
		{"min=0 max=10 step=4 value=6", "8"},
		{"min=0 max=10 step=4 value=10", "8"},
		{"min=1 max=10 step=4 value=4", "5"},
		{"step=any value=1.25", "1.25"},
		{"step=0 value=1.25 min=0", "1"},
		{"step=0.1 min=0 max=1 value=0.3", "0.3"},
		{"value=1.25", "1.25"},
	} {
		if got := inputValue(inputOf(t, "<input type=range "+tt.attributes+">")); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.attributes, got, tt.want)
		}
	}
}

func TestNumbersOfAttributes(t *testing.T) {
	for _, tt := range []struct {
		text    string
		integer int
		isInt   bool
		float   float64
		isFloat bool
	}{
		{"12", 12, true, 12, true},
		{" \n-3px", -3, true, -3, true},
		{"+4", 4, true, 4, true},
		{"1.5e2x", 1, true, 150, true},
		{".5", 0, false, .5, true},
		{"x", 0, false, 0, false},
		{"", 0, false, 0, false},
		{"99999999999999999999", 1<<63 - 1, true, 1e20, true},
		{"1e999", 1, true, 0, false},
	} {
		if n, ok := parseInt(tt.text); n != tt.integer || ok != tt.isInt {
			t.Errorf("parseInt(%q): got %d, %t", tt.text, n, ok)
		}
		if f, ok := parseFloat(tt.text); ok != tt.isFloat || (ok && f != tt.float) {
			t.Errorf("parseFloat(%q): got %g, %t", tt.text, f, ok)
		}
	}
}
