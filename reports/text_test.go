package reports

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/artisan-platform/headroom/runner/verdict"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares what a renderer wrote with a file under testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at it, then write it anew with -update:\n%s", path, got)
	}
}

// mixed is a run with one objective of each verdict.
func mixed() Input {
	return syntheticInput(func(r *verdict.Result) {
		r.Verdict, r.Reason = verdict.Fail, "artisan-platform-backend-hpa reaches 20: 10 replicas, limit >= 20: maxReplicas of the live HPA is 10."
		o := &r.Objectives[4]
		o.Verdict, o.Value, o.Margin, o.Cause = verdict.Fail, "10 replicas", "-10", "maxReplicas of the live HPA is 10, so desired stayed at 10 while the metric asked for 22"
		o = &r.Objectives[6]
		o.Verdict, o.Value, o.Margin, o.Cause = verdict.Inconclusive, "184 ms", "-84 ms", "the generator lagged: it was short of CPU"
	})
}

func TestGoldenText(t *testing.T) {
	var md, wide, narrow, unit bytes.Buffer
	for _, err := range []error{
		Markdown(&md, mixed()), JUnit(&unit, mixed()),
		Terminal(&wide, mixed(), TerminalOptions{Report: "out/20260314-092418-scale-out/report.html"}),
		Terminal(&narrow, mixed(), TerminalOptions{Color: true, Width: 60}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "summary.md", md.String())
	golden(t, "junit.xml", unit.String())
	golden(t, "terminal.txt", wide.String())
	golden(t, "terminal-60.txt", narrow.String())
}

func TestTerminalKeepsToItsWidth(t *testing.T) {
	for _, width := range []int{40, 60, 80, 120} {
		var b bytes.Buffer
		if err := Terminal(&b, mixed(), TerminalOptions{Width: width}); err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(b.String(), "\n") {
			if n := cells(line); n > width {
				t.Errorf("a line of %d cells on a terminal of %d: %q", n, width, line)
			}
		}
		if strings.Contains(b.String(), "\x1b") {
			t.Error("colour without being asked for")
		}
	}
}

func TestColourChangesNoText(t *testing.T) {
	var plain, colour bytes.Buffer
	if err := Terminal(&plain, mixed(), TerminalOptions{Width: 80}); err != nil {
		t.Fatal(err)
	}
	if err := Terminal(&colour, mixed(), TerminalOptions{Width: 80, Color: true}); err != nil {
		t.Fatal(err)
	}
	stripped := colour.String()
	for _, code := range []string{"0", "1", "1;31", "1;32", "1;33"} {
		stripped = strings.ReplaceAll(stripped, "\x1b["+code+"m", "")
	}
	if stripped != plain.String() {
		t.Error("the coloured summary says something else")
	}
	if stripped == colour.String() {
		t.Error("no colour on request")
	}
}
