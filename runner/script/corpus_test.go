package script

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"go.uber.org/goleak"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script/k6secrets"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var update = flag.Bool("update", false, "write what the scripts of testdata come to into their archives")

// TestCorpus runs every script of testdata and compares all that can be seen
// of it with the file want of its archive. An archive that says "unordered"
// does not care about the order of console lines.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in testdata (%v)", err)
	}
	url := newServer(t).URL
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := runArchive(t, a, url)
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
			if string(a.Files[want].Data) != got {
				t.Errorf("got\n%s\nwant\n%s", got, a.Files[want].Data)
			}
		})
	}
}

// journal keeps the lines of one run.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (l *journal) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "\n    "))
}

// runArchive compiles and runs script.js of an archive and tells all about it.
func runArchive(t *testing.T, a *txtar.Archive, url string) string {
	dir := t.TempDir()
	text, secrets := "", ""
	for _, f := range a.Files {
		if f.Name == "script.js" {
			text = string(f.Data)
		}
		if f.Name == "secrets" {
			secrets = string(f.Data)
		}
		path := filepath.Join(dir, f.Name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, f.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	source := Source{Path: "script.js", Text: text, Dir: dir, Env: map[string]string{"URL": url}}
	source.Secrets = openSecrets(t, source, secrets)
	l := &journal{}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p, err := Compile(ctx, source)
	if err != nil {
		t.Fatalf("compile: %v", err)
	}
	meter := observation.NewMeter("load", false)
	result, err := Run(ctx, p, Config{Load: "load", Meter: meter,
		Console: func(level, text string) { l.add("%s: %s", level, text) },
		Warn:    func(text string) { l.add("warn: %s", text) }})
	if strings.Contains(string(a.Comment), "unordered") {
		slices.Sort(l.lines)
	}
	lines := append(l.lines, tell(result, meter)...)
	if err != nil {
		lines = append(lines, "run: "+err.Error())
	}
	return strings.ReplaceAll(strings.Join(lines, "\n")+"\n", url, "URL")
}

// openSecrets opens the sources of the file secrets of an archive, each line of
// which is a value of --secret-source.
func openSecrets(t *testing.T, s Source, flags string) *k6secrets.Secrets {
	t.Helper()
	if flags == "" {
		return nil
	}
	var list []k6secrets.Source
	for line := range strings.Lines(flags) {
		parsed, err := k6secrets.ParseSource(strings.ReplaceAll(strings.TrimSpace(line), "URL", s.Env["URL"]))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, parsed)
	}
	secrets, err := k6secrets.Open(list, k6secrets.Environment{ReadFile: s.readFile, Environ: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	return secrets
}

// tell writes a result without what differs from one run to the next.
func tell(s observation.Script, meter *observation.Meter) []string {
	lines := []string{fmt.Sprintf("iterations: %d complete, %d interrupted, %d dropped, %d exceptions", s.Iterations, s.Interrupted, s.Dropped, s.Exceptions)}
	for _, c := range s.Checks {
		lines = append(lines, fmt.Sprintf("check %q: %d passes, %d fails", c.Name, c.Passes, c.Fails))
	}
	for _, t := range s.Thresholds {
		lines = append(lines, fmt.Sprintf("threshold %s %s: %d samples, observed %t, met %t", t.Metric, t.Expr, t.Samples, t.Observed != nil, t.Met))
	}
	if s.Error != "" {
		lines = append(lines, "error: "+s.Error)
	}
	requests := map[string][2]uint64{}
	for _, r := range meter.Cut(time.Now(), true, observation.Health{}) {
		switch {
		case r.Requests != nil:
			key := fmt.Sprintf("%s %s, %s%s", r.Requests.Scenario, r.Requests.Name, r.Requests.Class, causes(r.Requests.Causes))
			n := requests[key]
			requests[key] = [2]uint64{n[0] + r.Requests.Count, n[1] + r.Requests.Failed}
		case r.Generator != nil && r.Generator.InFlight != 0:
			lines = append(lines, fmt.Sprintf("in flight at the end: %d", r.Generator.InFlight))
		case r.Served != nil:
			lines = append(lines, "served by "+r.Served.Pod)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(requests)) {
		lines = append(lines, fmt.Sprintf("requests %s: %d, %d failed", key, requests[key][0], requests[key][1]))
	}
	return lines
}

func causes(m map[string]uint64) string {
	if len(m) == 0 {
		return ""
	}
	return " (" + strings.Join(slices.Sorted(maps.Keys(m)), "; ") + ")"
}
