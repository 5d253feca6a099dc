package reports

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"testing"

	"github.com/artisan-platform/headroom/runner/observation"
)

// pageFile is for whoever wants to look at the page:
// go test ./reports -run TestPageFile -page /somewhere/report.html
var pageFile = flag.String("page", "", "write the report of the synthetic run to this file")

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
	page := render(t, syntheticInput(nil))
	if len(page) > 2<<20 {
		t.Errorf("the page of an eight-minute run takes %d bytes, more than 2 MB", len(page))
	}
	t.Logf("%d bytes", len(page))
	if *pageFile != "" {
		if err := os.WriteFile(*pageFile, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
