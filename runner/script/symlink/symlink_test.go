package symlink

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestResolve(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "real", "deep"), 0o755); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{"one": "real", "real/two": "../one/deep", "real/deep/file": dir + "/real/end", "loop": "loop", "nowhere": "no/such"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]struct {
		path  string
		links map[string]string
	}{
		"real/deep":      {"real/deep", map[string]string{}},
		"real/none/x":    {"real/none/x", map[string]string{}},
		"one":            {"real", map[string]string{"one": "real"}},
		"one/two/file":   {"real/end", map[string]string{"one": "real", "real/two": "one/deep", "real/deep/file": "real/end"}},
		"one/deep/../x":  {"real/x", map[string]string{"one": "real"}},
		"nowhere/a/../b": {"no/such/b", map[string]string{"nowhere": "no/such"}},
	} {
		links := make(map[string]string)
		got, err := Resolve(dir+"/"+name, func(link, target string) {
			links[strings.TrimPrefix(link, dir+"/")] = strings.TrimPrefix(target, dir+"/")
		})
		if err != nil || got != filepath.Join(dir, want.path) || !reflect.DeepEqual(links, want.links) {
			t.Errorf("%s: got %s, %v, %v, want %v", name, got, links, err, want)
		}
	}
	if _, err := Resolve(dir+"/loop/x", func(string, string) {}); err == nil || !strings.HasSuffix(err.Error(), "there are more than 40") {
		t.Errorf("a loop gives %v", err)
	}
	if got, err := Resolve("/", func(string, string) {}); got != "/" || err != nil {
		t.Errorf("/ is %s, %v", got, err)
	}
}
