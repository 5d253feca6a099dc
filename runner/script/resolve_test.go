package script

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var place = regexp.MustCompile(`\S:\d+:\d+: `)

// FuzzModuleResolution imports anything. It is found, or refused with its place
// in the script; nothing else happens.
func FuzzModuleResolution(f *testing.F) {
	dir := f.TempDir()
	for path, text := range map[string]string{
		"a.js": "export const a = 1;", "b.json": `{"b": 1}`, "c.ts": "export const c: number = 1;",
		"node_modules/pack/package.json": `{"name": "pack", "main": "m.js"}`, "node_modules/pack/m.js": "exports.m = 1;",
	} {
		full := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			f.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			f.Fatal(err)
		}
	}
	for _, s := range []string{"k6", "k6/http", "k6/x/kafka", "k6/nothing", "./a.js", "a.js", "./b.json", "./c.ts", "pack", "pack/m.js", "pack/no", "", ".", "..", "/",
		"https://jslib.k6.io/k6-utils/1.4.0/index.js", "https://jslib.k6.io/", "https://example.com/x.js", "file:///etc/hostname", "file://%zz", "./a.js?x", "./a\x00.js", "headroom/summary", "node:fs", "//", "/dev/zero", "/proc/self/environ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, specifier string) {
		quoted, err := json.Marshal(specifier)
		if err != nil {
			t.Skip()
		}
		for _, text := range []string{
			"import * as m from " + string(quoted) + ";\nexport default function () { return m; }",
			"const m = require(" + string(quoted) + ");\nexports.default = function () { return m; };",
		} {
			p, err := Compile(t.Context(), Source{Path: "script.js", Text: text, Dir: dir})
			if (p == nil) == (err == nil) {
				t.Fatalf("%s: program %v, error %v", text, p, err)
			}
			if err != nil && !place.MatchString(err.Error()) {
				t.Errorf("%s: the error has no place: %v", text, err)
			}
		}
	})
}

// FuzzSourceMap moves what is no source map, or one that is broken.
func FuzzSourceMap(f *testing.F) {
	f.Add(`{"version":3,"sources":["a.js"],"names":[],"mappings":";;AAAA;AACA,IAAI"}`)
	f.Add(`{"mappings":"gggggggggggggggA"}`)
	f.Fuzz(func(t *testing.T, text string) {
		moved, err := shiftSourceMap([]byte(text), func(s string) string { return s })
		if err == nil && !json.Valid(moved) {
			t.Errorf("%q became %q", text, moved)
		}
	})
}

func TestVLQ(t *testing.T) {
	for text, want := range map[string][]int{"A": {0}, "C": {1}, "D": {-1}, "gB": {16}, "AAgBC": {0, 0, 16, 1}, "+/////D": nil} {
		got, err := decodeVLQ(text)
		if want != nil && (err != nil || encodeVLQ(got) != text || len(got) != len(want)) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: %v, want %v", text, got, want)
			}
		}
	}
}
