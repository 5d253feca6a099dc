package compat_test

import (
	"cmp"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/artisan-platform/headroom/runner/extension"
	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script"
	"github.com/artisan-platform/headroom/runner/script/compat"
	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/option"
	"github.com/artisan-platform/headroom/runner/script/vu"
	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

const root = "../../.."

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPageIsTheTable(t *testing.T) {
	if read(t, "docs/k6-compatibility.md") != compat.Markdown() {
		t.Error("docs/k6-compatibility.md is not what the table says: run go generate ./runner/script/compat")
	}
}

func TestRowsAreComplete(t *testing.T) {
	seen := make(map[string]bool)
	for _, r := range compat.Rows() {
		where := r.Area + ": " + r.Name
		if seen[where] {
			t.Errorf("%s is there twice", where)
		}
		seen[where] = true
		if r.Area == "" || slices.Contains(r.Names(), "") {
			t.Errorf("%q: an area or a name is missing", where)
		}
		switch r.Status {
		case compat.Supported:
		case compat.Differs, compat.Refused:
			if r.Note == "" {
				t.Errorf("%s: how or why is missing", where)
			}
		default:
			t.Errorf("%s: the status is %q", where, r.Status)
		}
		if len(r.Tests) == 0 {
			t.Errorf("%s: no test shows it", where)
		}
	}
}

func TestTestsExist(t *testing.T) {
	functions := make(map[string]string) // the text of a folder's tests
	for _, r := range compat.Rows() {
		for _, name := range r.Tests {
			file, function := compat.File(name)
			if function == "" {
				if _, err := os.Stat(filepath.Join(root, file)); err != nil {
					t.Errorf("%s: %s: %v", r.Area, r.Name, err)
				}
				continue
			}
			if _, known := functions[file]; !known {
				functions[file] = testsIn(t, file)
			}
			if !strings.Contains(functions[file], "\nfunc "+function+"(") {
				t.Errorf("%s: %s: %s has no %s", r.Area, r.Name, file, function)
			}
		}
	}
}

func testsIn(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in %s (%v)", folder, err)
	}
	var text strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(b)
	}
	return text.String()
}

// names are all single names of the rows of a section.
func names(area string) map[string]bool {
	set := make(map[string]bool)
	for _, r := range compat.Rows() {
		if r.Area == area {
			for _, n := range r.Names() {
				set[n] = true
			}
		}
	}
	return set
}

// wantAll compares the names of a section with those that the engine has.
func wantAll(t *testing.T, area string, want []string) {
	t.Helper()
	have := names(area)
	for _, name := range want {
		if !have[name] {
			t.Errorf("section %q has no row %q", area, name)
		}
	}
}

func TestNothingOfTheEngineIsMissing(t *testing.T) {
	wantAll(t, "Options", option.Keys())
	for _, m := range script.Modules() {
		wantAll(t, m.Name, m.Exports)
	}
	wantAll(t, "Other modules", script.OtherModules())

	r := metric.NewRegistry()
	metric.NewBuiltin(r)
	have, own := names("Built-in metrics"), names("Beyond k6")
	for _, name := range r.Names() {
		if !have[name] && !own[name] {
			t.Errorf("the metric %q has no row", name)
		}
	}
}

// TestNothingElseIsClaimed looks for names of options that the engine does not
// have.
func TestNothingElseIsClaimed(t *testing.T) {
	known := option.Keys()
	for name := range names("Options") {
		if !strings.Contains(name, " ") && name != "mistakes" && !slices.Contains(known, name) {
			t.Errorf("there is no option %q", name)
		}
	}
}

var (
	declared = regexp.MustCompile(`(?m)^\t([A-Z]\w+)\s+(?:Ending = iota|//)`)
	mapped   = regexp.MustCompile(`case script\.(\w+):\s+return (\w+)`)
)

// exitCodes is what k6 documents, by the endings of a run. What the command
// line does not list is 255.
var exitCodes = map[string]string{
	"Finished": "exitPass", "Crossed": "99", "SetupTimeout": "100", "TeardownTimeout": "101", "InitTimeout": "102", "Stopped": "103",
	"Invalid": "104", "Interrupted": "105", "Unserved": "106", "Exception": "107", "Aborted": "108", "Panicked": "109", "Failed": "110",
}

// TestExitCodes reads the endings of a run, and which codes the command line
// makes of them, from their sources: the command line exports nothing.
func TestExitCodes(t *testing.T) {
	codes := make(map[string]string)
	for _, m := range mapped.FindAllStringSubmatch(read(t, "runner/cli/loadcode.go"), -1) {
		codes[m[1]] = m[2]
	}
	if !maps.Equal(codes, exitCodes) {
		t.Errorf("the command line's exit codes are %v, want %v", codes, exitCodes)
	}
	source, _, _ := strings.Cut(read(t, "runner/script/ending.go"), "\n)\n\n// errStopped")
	endings := declared.FindAllStringSubmatch(source, -1)
	if len(endings) != len(exitCodes)+1 {
		t.Errorf("there are %d endings, want %d", len(endings), len(exitCodes)+1)
	}
	have := make(map[string]bool)
	for name := range names("Exit codes") {
		code, _, _ := strings.Cut(name, " ")
		have[code] = true
	}
	for _, e := range endings {
		code := cmp.Or(strings.Replace(exitCodes[e[1]], "exitPass", "0", 1), "255")
		if !have[code] {
			t.Errorf("the ending %s has the exit code %s, which has no row", e[1], code)
		}
	}
}

func TestArtisanIsBuiltIn(t *testing.T) {
	x := artisan.New(artisan.Config{})
	_, err := script.Compile(t.Context(), script.Source{
		Path: "script.js", Text: `import { attack, mark } from 'k6/x/artisan';
			if (typeof attack !== 'function' || typeof mark !== 'function') throw new Error('they are no functions');
			export const options = { thresholds: { http_req_due_duration: ['max<100'], artisan_expectations: ['rate==1'] } };
			export default function () {}`,
		Extensions: []vu.Module{extension.Module(x, "load")},
	})
	if err != nil {
		t.Error(err)
	}
}

// TestPanicsEndTheRun runs a script with a module that makes a mistake.
func TestPanicsEndTheRun(t *testing.T) {
	broken := vu.Module{Name: "k6/x/broken", Exports: []string{"fall"}, New: func(*vu.VU) func(string) any {
		return func(string) any { return func() { panic(errors.New("a mistake")) } }
	}}
	p, err := script.Compile(t.Context(), script.Source{
		Path: "script.js", Text: "import { fall } from 'k6/x/broken';\nexport default function () { fall(); }",
		Extensions: []vu.Module{broken},
	})
	if err != nil {
		t.Fatal(err)
	}
	quiet := func(string) {}
	got, err := script.RunToEnd(t.Context(), p, script.Config{
		Meter: observation.NewMeter("load", false), Warn: quiet, Console: func(string, string) {},
	})
	if got.Ending != script.Panicked {
		t.Errorf("the run ended with %v (%v), not by a panic", got.Ending, err)
	}
}
