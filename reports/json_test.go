package reports

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/verdict"
)

func TestJSONRoundTrip(t *testing.T) {
	in := syntheticInput(nil)
	var first, second bytes.Buffer
	if err := JSON(&first, in); err != nil {
		t.Fatal(err)
	}
	var back verdict.Result
	if err := json.Unmarshal(first.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if err := JSON(&second, Input{Result: back}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("decoding and encoding a result changes its bytes")
	}
}

// sections maps each type of the result to the heading that documents it.
var sections = map[string]string{
	"Result": "The result", "Objective": "Objective", "ScaleEvent": "Scale event", "Moment": "Moment",
	"LadderStep": "Step", "Disruption": "Disruption", "LoadStat": "Load", "Gap": "Gap", "Warning": "Warning",
}

func TestEveryFieldIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/result-json.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := make(map[string]string)
	for _, part := range strings.Split(string(text), "\n## ")[1:] {
		head, body, _ := strings.Cut(part, "\n")
		documented[head] = body
	}
	seen := make(map[reflect.Type]bool)
	checkDocumented(t, reflect.TypeFor[verdict.Result](), documented, seen)
	if len(seen) != len(sections) {
		t.Errorf("%d types reached, %d documented", len(seen), len(sections))
	}
}

func checkDocumented(t *testing.T, typ reflect.Type, documented map[string]string, seen map[reflect.Type]bool) {
	t.Helper()
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[time.Time]() || seen[typ] {
		return
	}
	seen[typ] = true
	body, ok := documented[sections[typ.Name()]]
	if !ok {
		t.Errorf("type %s has no section in docs/result-json.md", typ.Name())
	}
	rows := 0
	for i := range typ.NumField() {
		name, options, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		row := lineWith(body, "| `"+name+"` |")
		if row == "" {
			t.Errorf("field %s of %s is not documented in docs/result-json.md", name, typ.Name())
			continue
		}
		rows++
		if got, want := strings.Contains(row, "optional"), strings.HasPrefix(options, "omit"); got != want {
			t.Errorf("field %s of %s: documented as optional %v, is %v", name, typ.Name(), got, want)
		}
		checkDocumented(t, typ.Field(i).Type, documented, seen)
	}
	if got := strings.Count(body, "\n| `"); got != rows {
		t.Errorf("section %q documents %d fields, %s has %d", sections[typ.Name()], got, typ.Name(), rows)
	}
}

func lineWith(text, part string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			return line
		}
	}
	return ""
}
