package image

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSwapsTakeThePlaceOfModules(t *testing.T) {
	b := &GoBuild{Name: "x", Module: "example.org/x", Version: "v1.0.0", Swap: []Swap{
		{Path: "example.org/a", With: Module{"example.org/fork", "v1.2.3"}},
		{Path: "example.org/b", Files: map[string]string{"go.mod": "module example.org/b\n", "sub/b.go": "package sub\n"}},
	}}
	text := goModText(b, upstreamMod{Replace: []replaceDirective{
		{Old: moduleVersion{"example.org/a", ""}, New: moduleVersion{"example.org/other", "v0.0.1"}},
		{Old: moduleVersion{"example.org/c", ""}, New: moduleVersion{"example.org/d", "v0.0.2"}},
	}})
	for _, want := range []string{"replace example.org/a => example.org/fork v1.2.3\n", "replace example.org/b => ./example.org_b\n", "replace example.org/c => example.org/d v0.0.2\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("go.mod lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "example.org/other") {
		t.Errorf("go.mod replaces a module twice:\n%s", text)
	}
	dir := t.TempDir()
	for _, s := range b.Swap {
		if err := s.write(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(filepath.Join(dir, "example.org_b/sub/b.go")); err != nil || string(got) != "package sub\n" {
		t.Errorf("the module of files holds %q, %v", got, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("folders %v, %v; a published module needs none", entries, err)
	}
}

// A copy of a module keeps all files but those that are replaced. The module is
// one that this repository requires, so that it is in the cache.
func TestSwapCopiesAModule(t *testing.T) {
	s := Swap{Path: "example.org/kind", With: Module{"sigs.k8s.io/kind", kindVersion}, Files: map[string]string{"LICENSE": "replaced\n"}}
	dir := t.TempDir()
	if err := s.write(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, s.folder(), "LICENSE")); err != nil || string(got) != "replaced\n" {
		t.Errorf("the replaced file holds %q, %v", got, err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, s.folder(), "go.mod")); err != nil || !strings.Contains(string(got), "module sigs.k8s.io/kind") {
		t.Errorf("go.mod was not copied: %v", err)
	}
}
