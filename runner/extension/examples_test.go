package extension_test

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/artisan-platform/headroom/runner/extension"
	"github.com/artisan-platform/headroom/runner/script"
	"github.com/artisan-platform/headroom/runner/script/vu"
	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

// TestExamples compiles every script of the documentation, and runs those that
// need nothing but a server. Those about a cluster run where there is one, in
// e2e.
func TestExamples(t *testing.T) {
	runs := map[string][]string{
		"attack.js": {"100 requests, 0 dropped, success 1", `100 requests, responses {"200":100}`, "100 requests, asked for 100 a second"},
		"mark.js":   nil,
	}
	ran := 0
	for _, path := range examples(t) {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			text := readText(t, path)
			if want, ok := runs[name]; ok {
				ran++
				if said := runAgainst(t, func(http.ResponseWriter, *http.Request) {}, text); !slices.Equal(said, want) {
					t.Errorf("the script said %q, want %q", said, want)
				}
				return
			}
			e := artisan.New(artisan.Config{Postgres: nowhere})
			_, err := script.Compile(t.Context(), script.Source{Path: name, Text: text,
				Extensions: []vu.Module{extension.Module(e, "load")}})
			if err != nil {
				t.Error(err)
			}
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	if ran != len(runs) {
		t.Errorf("%d examples ran, want %d", ran, len(runs))
	}
}

// TestPageShowsTheExamples makes sure that the page has each example as it is.
func TestPageShowsTheExamples(t *testing.T) {
	page := readText(t, "../../docs/xk6-artisan.md")
	for _, path := range examples(t) {
		if !strings.Contains(page, "(examples/artisan/"+filepath.Base(path)+")") {
			t.Errorf("docs/xk6-artisan.md does not lead to %s", path)
		}
	}
	for _, name := range artisan.Names() {
		if !strings.Contains(page, "\n## "+name+"(") {
			t.Errorf("docs/xk6-artisan.md has no section about %s()", name)
		}
	}
}
