package reports

import (
	"bytes"
	"flag"
	"html"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/verdict"
)

// pageFile is for whoever wants to look at the page:
// go test ./reports -run TestPageFile -page /somewhere/report.html
var pageFile = flag.String("page", "", "write the report of the synthetic run to this file")

var pageOf = flag.String("of", "pass", "with -page: which run, one of pass, mixed, judged, poisoned, killed and empty")

func sortTimed(v []observation.Timed[observation.HPA]) {
	slices.SortStableFunc(v, func(a, b observation.Timed[observation.HPA]) int { return a.At.Compare(b.At) })
}

func render(t *testing.T, in Input) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, in); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPageFile(t *testing.T) {
	in, ok := map[string]func() Input{"pass": func() Input { return syntheticInput(nil) }, "mixed": mixed, "judged": judged, "poisoned": poisoned,
		"killed": func() Input { return poor()["killed"] }, "empty": func() Input { return Input{} }}[*pageOf]
	if !ok {
		t.Fatalf("-of %s: no such run", *pageOf)
	}
	page := render(t, in())
	if len(page) > 2<<20 {
		t.Errorf("the page of an eight-minute run takes %d bytes, more than 2 MB", len(page))
	}
	if *pageFile != "" {
		if err := os.WriteFile(*pageFile, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// judged is the synthetic run with what the judge itself says of it.
func judged() Input {
	run, plan := synthetic(), syntheticPlan()
	return Input{Result: verdict.Judge(plan, run), Run: run, Plan: plan}
}

func TestJudgedRunShowsEveryObjective(t *testing.T) {
	in := judged()
	page := render(t, in)
	if len(in.Result.Objectives) == 0 || len(in.Result.Events) == 0 {
		t.Fatalf("%d objectives and %d events judged", len(in.Result.Objectives), len(in.Result.Events))
	}
	for _, o := range in.Result.Objectives {
		if !strings.Contains(page, html.EscapeString(o.Name)) {
			t.Errorf("objective %q is not on the page", o.Name)
		}
	}
	if n := strings.Count(page, `class="event"`); n != len(in.Result.Events) {
		t.Errorf("%d scale events on the page, %d judged", n, len(in.Result.Events))
	}
}
