package spec

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the expected messages in testdata/bad")

func files(t *testing.T, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(pattern)
	if err != nil || len(list) == 0 {
		t.Fatalf("no files match %s: %v", pattern, err)
	}
	return list
}

func TestGoodPlans(t *testing.T) {
	for _, file := range files(t, "testdata/good/*.yaml") {
		if file == filepath.Join("testdata", "good", "everything.yaml") {
			continue // names a kind config that is not there; see TestEverything
		}
		if _, err := LoadPlan(file, Options{}); err != nil {
			t.Errorf("%v", err)
		}
	}
}

// TestShippedPlans: every plan of the repository is good.
func TestShippedPlans(t *testing.T) {
	for _, file := range files(t, "../../scenarios/*.yaml") {
		p, err := LoadPlan(file, Options{})
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if name := strings.TrimSuffix(filepath.Base(file), ".yaml"); p.Name != name {
			t.Errorf("%s holds the plan %q: want the file's name", file, p.Name)
		}
		if p.Description == "" {
			t.Errorf("%s has no description", file)
		}
	}
}

// TestBadPlans compares all messages about a bad file with those beside it.
func TestBadPlans(t *testing.T) {
	for _, file := range files(t, "testdata/bad/*.yaml") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			_, err := LoadPlan(file, Options{})
			var problems *Error
			if !errors.As(err, &problems) {
				t.Fatalf("got %v, want an *Error", err)
			}
			got := err.Error() + "\n"
			golden := strings.TrimSuffix(file, ".yaml") + ".want"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}
