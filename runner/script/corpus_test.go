package script

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"go.uber.org/goleak"
)

// TestMain runs more tests at once than there are processors: most of a
// script's time is spent waiting.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err) // package testing has this flag
	}
	goleak.VerifyTestMain(m)
}

var update = flag.Bool("update", false, "write what the scripts of testdata come to into their archives")

// TestCorpus runs every script of testdata and compares all that can be seen
// of it with the file want of its archive.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in testdata (%v)", err)
	}
	servers := startServers(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := sortSamples(servers.hide(newArchive(t, a, servers).run(t)))
			want := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == "want" })
			if want < 0 {
				a.Files = append(a.Files, txtar.File{Name: "want"})
				want = len(a.Files) - 1
			}
			if *update {
				a.Files[want].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if sortSamples(string(a.Files[want].Data)) != got {
				t.Errorf("got\n%s\nwant\n%s", got, a.Files[want].Data)
			}
		})
	}
}

// sortSamples sorts the lines about samples anew: where they name a server,
// their order was that of its port.
func sortSamples(text string) string {
	lines := strings.Split(text, "\n")
	about := func(l string) bool { return strings.HasPrefix(l, "samples ") }
	for i := 0; i < len(lines); i++ {
		end := i
		for end < len(lines) && about(lines[end]) {
			end++
		}
		slices.Sort(lines[i:end])
		i = max(i, end)
	}
	return strings.Join(lines, "\n")
}
