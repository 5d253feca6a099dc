package k6csv

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"reflect"
	"testing"
)

func all(content string, o options) (list [][]string, header []string, err error) {
	r := newRecords([]byte(content), o)
	for {
		fields, err := r.next()
		if errors.Is(err, io.EOF) {
			return list, r.header, nil
		}
		if err != nil {
			return list, r.header, err
		}
		list = append(list, append([]string(nil), fields...))
	}
}

func TestJSONOfRecords(t *testing.T) {
	for _, tt := range []struct {
		header, fields []string
		want           string
	}{
		{nil, []string{"a", `b"c`, ""}, `["a","b\"c",""]`},
		{[]string{"z", "a", "2"}, []string{"1", "2", "3"}, `{"z":"1","a":"2","2":"3"}`},
		{[]string{`"`}, []string{"\n"}, `{"\"":"\n"}`},
	} {
		got, err := toJSON(tt.header, tt.fields)
		if err != nil || got != tt.want {
			t.Errorf("%q, %q: got %s and %v, want %s", tt.header, tt.fields, got, err, tt.want)
		}
	}
}

// FuzzRecords cuts a file in two at a line: both parts together must be the
// whole, with no record lost and none twice.
func FuzzRecords(f *testing.F) {
	f.Add("a,b\nc,d\n\n\"e\nf\",g\n", ",", 1, false)
	f.Add("\ufeffname;age\nann;31\r\nbob;42", ";", 0, true)
	f.Add("a\n\"", ",", 3, false)
	f.Fuzz(func(t *testing.T, content, delimiter string, cut int, objects bool) {
		o := options{delimiter: ',', toLine: math.MaxInt, asObjects: objects}
		if delimiter == ";" {
			o.delimiter = ';'
		}
		whole, header, err := all(content, o)
		for _, fields := range whole {
			text, err := toJSON(header, fields)
			if err != nil || !json.Valid([]byte(text)) {
				t.Fatalf("%q as JSON: %s, %v", fields, text, err)
			}
		}
		if err != nil || objects || cut < 0 || cut >= math.MaxInt32 {
			return
		}
		head, tail := o, o
		head.toLine, tail.fromLine = cut, cut+1
		first, _, err1 := all(content, head)
		second, _, err2 := all(content, tail)
		if err1 != nil || err2 != nil {
			t.Fatalf("the parts give %v and %v, the whole gives none", err1, err2)
		}
		if got := append(first, second...); !reflect.DeepEqual(got, whole) {
			t.Errorf("cut after line %d: got %q, want %q", cut, got, whole)
		}
	})
}
