package archive

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"go.uber.org/goleak"

	"github.com/artisan-platform/headroom/runner/script"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// say is what a script prints when it is compiled and run.
func say(t *testing.T, s script.Source) (string, *script.Program) {
	t.Helper()
	p, err := script.Compile(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var lines []string
	if _, err := script.Run(t.Context(), p, script.Config{Console: func(_, text string) {
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, text)
	}}); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n"), p
}

// TestRunsAgain archives scripts, removes them, and runs them from the archive.
func TestRunsAgain(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in testdata (%v)", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			spec, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			checkRunsAgain(t, spec)
		})
	}
}

// checkRunsAgain takes the files of a specification: run names the working
// directory and the script, links are symbolic links, say is what the script
// prints, and names are those in the archive.
func checkRunsAgain(t *testing.T, spec *txtar.Archive) {
	home := filepath.Join(t.TempDir(), "home")
	special := unpack(t, spec, home)
	run := strings.Fields(special["run"])
	main := filepath.Join(home, run[0], run[1])
	text, err := os.ReadFile(main)
	if err != nil {
		t.Fatal(err)
	}
	source := script.Source{Path: run[1], Text: string(text), Dir: filepath.Join(home, run[0]), Env: map[string]string{"WHO": "me"}}
	if len(run) > 2 { // named by its whole path
		source.Path = main
	}
	said, p := say(t, source)
	if said+"\n" != special["say"] {
		t.Errorf("before, it says\n%s\nwant\n%s", said, special["say"])
	}
	a, err := Collect(Metadata{Filename: main, Pwd: source.Dir, Env: source.Env, K6Version: "v1"}, text, p.Imported(), p.Opened())
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	if err := Write(&packed, a); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(home); err != nil {
		t.Fatal(err)
	}
	if got := list(t, packed.Bytes(), home); got != special["names"] {
		t.Errorf("it holds\n%s\nwant\n%s", got, special["names"])
	}
	again, err := Read(&packed, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	at, err := again.Extract(filepath.Join(t.TempDir(), "else", "where"))
	if err != nil {
		t.Fatal(err)
	}
	source.Path, source.Dir, source.Text, source.Env = at.Script, at.Dir, string(again.Data), again.Env
	if after, _ := say(t, source); after != said {
		t.Errorf("from the archive, it says\n%s\nwant\n%s", after, said)
	}
}

// unpack writes the files of a specification, but for those that say what to do
// with them.
func unpack(t *testing.T, spec *txtar.Archive, home string) (special map[string]string) {
	t.Helper()
	special = make(map[string]string)
	for _, f := range spec.Files {
		if slices.Contains([]string{"run", "links", "say", "names"}, f.Name) {
			special[f.Name] = string(f.Data)
			continue
		}
		path := filepath.Join(home, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(special["links"]) {
		from, to, _ := strings.Cut(strings.TrimSpace(line), " -> ")
		path := filepath.Join(home, from)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(strings.ReplaceAll(to, "HOME", home), path); err != nil {
			t.Fatal(err)
		}
	}
	return special
}
