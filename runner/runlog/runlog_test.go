package runlog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

const text = "export default function () {}"

// records reads the log in a folder, which must be whole.
func records(t *testing.T, dir string) []observation.Record {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, observation.LogFile))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // opened for reading: closing it loses nothing
	all, truncated, err := observation.Read(f)
	if err != nil || truncated {
		t.Fatalf("read the log: %v, truncated %v", err, truncated)
	}
	return all
}

func create(t *testing.T, dir string, s Script) *Log {
	t.Helper()
	l, err := Create(dir, s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// describe tells what a record is about.
func describe(r observation.Record) string {
	switch {
	case r.Phase != nil:
		return fmt.Sprintf("phase %s %q %v", r.Phase.Name, r.Phase.Load, r.Phase.Open)
	case r.Warning != nil:
		return "warning " + r.Warning.Source + ": " + r.Warning.Text
	case r.Script != nil:
		return fmt.Sprintf("script %s iterations %d", r.Script.Load, r.Script.Iterations)
	case r.Requests != nil:
		return fmt.Sprintf("requests %s count %d", r.Requests.Load, r.Requests.Count)
	case r.Generator != nil:
		return fmt.Sprintf("generator %s due %d", r.Generator.Load, r.Generator.Due)
	case r.End != nil:
		return fmt.Sprintf("end %s %s", r.End.Outcome, r.End.Cause)
	}
	return string(r.Kind)
}

// TestLog is the log of a run from its begin to its end: phases enclose all that
// is measured, also what is measured last, and each record has its time.
func TestLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, start := filepath.Join(t.TempDir(), "out", "run"), time.Now()
		l := create(t, dir, Script{Path: "scripts/My Test.js", Text: text})
		if l.Load() != "my-test" {
			t.Errorf("the load is %q, want my-test", l.Load())
		}
		request(l.Meter, "x", start)
		time.Sleep(1500 * time.Millisecond)
		l.Warn("look out")
		request(l.Meter, "x", time.Now())
		l.Script(observation.Script{Load: "another", Iterations: 7})
		if err := l.End(observation.End{Outcome: observation.Broken, Cause: "it threw"}); err != nil {
			t.Fatal(err)
		}
		const second, late = time.Second, 1500 * time.Millisecond
		want := []struct {
			at   time.Duration
			what string
		}{
			{0, "run"}, {0, `phase load "" true`}, {0, `phase my-test "my-test" true`},
			{second, "generator my-test due 1"}, {second, "requests my-test count 1"},
			{late, "warning script my-test: look out"}, {late, "script my-test iterations 7"},
			{late, "generator my-test due 1"}, {late, "requests my-test count 1"},
			{late, `phase my-test "my-test" false`}, {late, `phase load "" false`}, {late, "end broken it threw"},
		}
		got := records(t, dir)
		for i := range max(len(got), len(want)) {
			switch {
			case i >= len(got):
				t.Errorf("record %d is missing: %s", i, want[i].what)
			case i >= len(want):
				t.Errorf("record %d is too much: %s", i, describe(got[i]))
			case describe(got[i]) != want[i].what || got[i].Time.Sub(start) != want[i].at:
				t.Errorf("record %d: %s at %v, want %s at %v", i, describe(got[i]), got[i].Time.Sub(start), want[i].what, want[i].at)
			}
		}
	})
}

// TestHead makes the first record one that the run can be judged by, with no
// other file.
func TestHead(t *testing.T) {
	for _, tt := range []struct {
		name   string
		script Script
		load   string
		file   string
	}{
		{"a script in a folder", Script{Path: "scripts/load.js", Text: text, Duration: 90 * time.Second, Version: "v1"}, "load", "load.js"},
		{"of a length that is not known", Script{Path: "load.js", Text: text}, "load", "load.js"},
		{"with hosts", Script{Path: "load.ts", Text: text, AllowHosts: []string{"api.example.org"}}, "load", "load.ts"},
		{"without a name to speak of", Script{Path: "_.js", Text: text}, "script", "_.js"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "my-run")
			l := create(t, dir, tt.script)
			if err := l.End(observation.End{Outcome: observation.Completed}); err != nil {
				t.Fatal(err)
			}
			head := records(t, dir)[0].Run
			if head == nil || head.ID != "my-run" || head.Headroom != tt.script.Version || head.Durations[tt.load] != tt.script.Duration || head.Scripts[tt.file] != tt.script.Text ||
				!slices.Equal(head.AllowHosts, tt.script.AllowHosts) || !reflect.DeepEqual(head.Host, ThisHost()) {
				t.Fatalf("the run is logged as %+v", head)
			}
			plan, err := spec.Parse(head.PlanFile, []byte(head.Plan), spec.Options{ReadFile: func(path string) ([]byte, error) {
				if s, ok := head.Scripts[filepath.Base(path)]; ok {
					return []byte(s), nil
				}
				return nil, fs.ErrNotExist
			}, AllowHosts: head.AllowHosts})
			if err != nil {
				t.Fatalf("the plan in the log: %v", err)
			}
			if len(plan.Loads) != 1 || plan.Loads[0].Name != tt.load || plan.Loads[0].Script == nil || plan.Loads[0].Script.File != tt.file {
				t.Errorf("the plan has the loads %+v", plan.Loads)
			}
		})
	}
}

// TestIDIsTheFolder also where the folder is the one that the program runs in.
func TestIDIsTheFolder(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	l := create(t, ".", Script{Path: "a.js", Text: text})
	if err := l.End(observation.End{Outcome: observation.Completed}); err != nil {
		t.Fatal(err)
	}
	if got := records(t, dir)[0].Run.ID; got != filepath.Base(dir) {
		t.Errorf("the run is called %q, want %q", got, filepath.Base(dir))
	}
}

// TestCreateRefuses folders that no log can be written to, and leaves what is
// there as it was.
func TestCreateRefuses(t *testing.T) {
	for _, tt := range []struct {
		name    string
		file    string // that is there before
		dir     string
		message string
	}{
		{"a run", "run/" + observation.LogFile, "run", "holds a run already: name another folder, or remove it"},
		{"a file in the way", "run", "run/deeper", "make the folder of the run: "},
		{"a folder that has the log's name", "run/" + observation.LogFile + "/x", "run", "holds a run already"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			file := filepath.Join(root, tt.file)
			if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte("mine"), 0o600)); err != nil {
				t.Fatal(err)
			}
			l, err := Create(filepath.Join(root, tt.dir), Script{Path: "a.js", Text: text})
			if l != nil || err == nil || !strings.Contains(err.Error(), tt.message) {
				t.Errorf("%v, %v; want an error that says %q", l, err, tt.message)
			}
			if left, err := os.ReadFile(file); err != nil || string(left) != "mine" {
				t.Errorf("what was there is now %q, %v", left, err)
			}
		})
	}
}

// TestEndTellsWhatIsMissing: a log that could not be written is no log of the
// run, and its end says so.
func TestEndTellsWhatIsMissing(t *testing.T) {
	dir := t.TempDir()
	l := create(t, dir, Script{Path: "a.js", Text: text})
	if err := l.file.Close(); err != nil { // as a disk that goes away
		t.Fatal(err)
	}
	l.Warn("lost")
	err := l.End(observation.End{Outcome: observation.Completed})
	if !errors.Is(err, os.ErrClosed) || !strings.Contains(err.Error(), "append warning record to the log") {
		t.Errorf("err = %v, want one that names the first record that is lost", err)
	}
	if n := len(records(t, dir)); n != 3 {
		t.Errorf("the log has %d records, want the 3 from before", n)
	}
}

// TestObserveFromManySides loses nothing and tears no line.
func TestObserveFromManySides(t *testing.T) {
	const sides, each = 8, 200
	dir := t.TempDir()
	l := create(t, dir, Script{Path: "a.js", Text: text})
	var wg sync.WaitGroup
	for range sides {
		wg.Go(func() {
			for range each {
				l.Warn(strings.Repeat("x", 300))
				request(l.Meter, "x", time.Now())
			}
		})
	}
	wg.Wait()
	if err := l.End(observation.End{Outcome: observation.Completed}); err != nil {
		t.Fatal(err)
	}
	var warned, due, count uint64
	for _, r := range records(t, dir) {
		switch {
		case r.Warning != nil:
			warned++
		case r.Generator != nil:
			due += r.Generator.Due
		case r.Requests != nil:
			count += r.Requests.Count
		}
	}
	if warned != sides*each || due != warned || count != warned {
		t.Errorf("logged %d warnings, %d due and %d answered; want %d of each", warned, due, count, sides*each)
	}
}

// TestThisHost says what the kernel does.
func TestThisHost(t *testing.T) {
	h := ThisHost()
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		t.Skipf("no /proc here: %v", err)
	}
	var kib uint64
	if _, err := fmt.Sscanf(string(info), "MemTotal: %d kB", &kib); err != nil {
		t.Fatal(err)
	}
	if h.Name != name || h.OS != runtime.GOOS+"/"+runtime.GOARCH || h.Cores != runtime.NumCPU() || h.Memory != kib<<10 {
		t.Errorf("this host is %+v, and its kernel has %d KiB", h, kib)
	}
}
