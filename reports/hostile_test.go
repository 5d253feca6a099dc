package reports

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/artisan-platform/headroom/runner/verdict"
)

// hostile is what a label, an error or a plan might hold.
const hostile = `</script></style></title><script>alert(1)</script><img src=x onerror=alert(1)>" onload="alert(2)' |` +
	"`{{.}}` ]]> &amp; http://evil.example/x.js \x00\x1b[31m\u202e\ufffe\xff\n| # [x](javascript:alert(3)) @all"

// poison sets every string of v, keys of maps included, that is not one of
// the few words the renderers tell apart.
func poison(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			poison(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				poison(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i))
		}
	case reflect.Map:
		poisonMap(v)
	case reflect.String:
		if v.CanSet() && v.Type() == reflect.TypeFor[string]() && v.String() != "Warning" {
			v.SetString(hostile)
		}
	}
}

func poisonMap(v reflect.Value) {
	if v.Type().Key().Kind() != reflect.String || v.Len() == 0 {
		return
	}
	for _, k := range v.MapKeys() {
		elem := reflect.New(v.Type().Elem()).Elem()
		elem.Set(v.MapIndex(k))
		poison(elem)
		v.SetMapIndex(k, reflect.Value{})
		v.SetMapIndex(reflect.ValueOf(hostile).Convert(v.Type().Key()), elem)
	}
}

func poisoned() Input {
	in := syntheticInput(func(r *verdict.Result) {
		r.Objectives[1].Verdict, r.Objectives[1].Cause = verdict.Fail, "x"
		r.Objectives[2].Verdict, r.Objectives[2].Cause = verdict.Inconclusive, "x"
	})
	in.Run = fresh()
	in.Result.Gaps, in.Result.Warnings = slices.Clone(in.Run.Gaps), slices.Clone(in.Run.Warnings)
	for _, p := range []any{&in.Result, in.Run, in.Plan} {
		poison(reflect.ValueOf(p))
	}
	return in
}

var (
	tag      = regexp.MustCompile(`<(/?[a-zA-Z][a-zA-Z0-9]*)`)
	quoted   = regexp.MustCompile(`"[^"]*"`)
	embedded = regexp.MustCompile(`(?s)<(script|style)[^>]*>.*?</(script|style)>`)
	inside   = regexp.MustCompile(` href="#[a-z]+"`)
	external = regexp.MustCompile(`(?i)<[^>]*\s(src|href|srcset|action|poster|data|background|xlink:href)\s*=|<link|<base|<iframe|<object`)
	handlers = regexp.MustCompile(`(?i)<[^>]*\son[a-z]+\s*=`)
)

// tags lists the elements of a page by name, those the data multiplies once.
func tags(page string) map[string]bool {
	out := make(map[string]bool)
	for _, m := range tag.FindAllStringSubmatch(page, -1) {
		out[m[1]] = true
	}
	return out
}

// markup is the page without style, script, links within the page and the
// values of attributes. In text a quotation mark is always escaped.
func markup(page string) string {
	page = inside.ReplaceAllString(embedded.ReplaceAllString(page, ""), "")
	return quoted.ReplaceAllString(page, "")
}

func TestHTMLEscapesHostileStrings(t *testing.T) {
	calm, bad := render(t, syntheticInput(nil)), render(t, poisoned())
	if n := strings.Count(bad, "<script"); n != 2 {
		t.Errorf("%d script elements, want the page's own 2", n)
	}
	for name := range tags(bad) {
		if !tags(calm)[name] && name != "em" {
			t.Errorf("a hostile string brought the element %q into the page", name)
		}
	}
	if m := handlers.FindString(markup(bad)); m != "" {
		t.Errorf("an event handler got into the page: %.200s", m)
	}
	if strings.ContainsAny(bad, "\x00\x1b") {
		t.Error("a control character got into the page")
	}
	if strings.Contains(bad, "ZgotmplZ") {
		t.Error("a value was refused by the template's filter")
	}
}

func TestHTMLNeedsNothingFromOutside(t *testing.T) {
	for name, in := range map[string]Input{"calm": syntheticInput(nil), "hostile": poisoned()} {
		page := render(t, in)
		if m := external.FindString(markup(page)); m != "" {
			t.Errorf("%s: the page refers to something outside: %s", name, m)
		}
		for _, part := range embedded.FindAllString(page, -1) {
			if strings.Contains(part, "url(") || strings.Contains(part, "@import") {
				t.Errorf("%s: style or script refers to something outside: %.80s", name, part)
			}
		}
	}
}

func TestJUnitStaysWellFormed(t *testing.T) {
	var b bytes.Buffer
	if err := JUnit(&b, poisoned()); err != nil {
		t.Fatal(err)
	}
	for dec := xml.NewDecoder(bytes.NewReader(b.Bytes())); ; {
		_, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("junit.xml is not well-formed: %v", err)
		}
	}
	for _, r := range b.String() {
		if r < 0x20 && r != '\n' && r != '\t' && r != '\r' || r == 0xFFFE {
			t.Errorf("character %U is not legal in XML", r)
		}
	}
}

func TestMarkdownKeepsItsTables(t *testing.T) {
	var b bytes.Buffer
	if err := Markdown(&b, poisoned()); err != nil {
		t.Fatal(err)
	}
	cells := 0
	for _, line := range strings.Split(b.String(), "\n") {
		plain := strings.ReplaceAll(strings.ReplaceAll(line, `\\`, ""), `\|`, "")
		n := strings.Count(plain, "|")
		switch {
		case !strings.HasPrefix(line, "|"):
			cells = 0
		case cells == 0:
			cells = n
		case n != cells:
			t.Errorf("a row of %d cells in a table of %d: %.120s", n-1, cells-1, line)
		}
		if strings.Contains(plain, "<") || strings.Contains(plain, "](javascript") && !strings.Contains(plain, `\](javascript`) {
			t.Errorf("markup survived: %.120s", line)
		}
	}
}

func TestTerminalIsNotSteeredByStrings(t *testing.T) {
	var b bytes.Buffer
	if err := Terminal(&b, poisoned(), TerminalOptions{Width: 100, Report: "out/\x1b[2Jx"}); err != nil {
		t.Fatal(err)
	}
	for _, r := range b.String() {
		if r < 0x20 && r != '\n' || r == 0x7f || r == 0x202e {
			t.Errorf("character %U reached the terminal", r)
		}
	}
}
