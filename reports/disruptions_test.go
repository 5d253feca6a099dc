package reports

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/verdict"
)

// disrupted is the judged run with three disruptions: one that was felt, one
// that was not over by the end, and one that could not be carried out.
func disrupted() Input {
	took, felt := 4750*time.Millisecond, 7730*time.Millisecond
	in := syntheticInput(func(r *verdict.Result) {
		r.Disruptions = []verdict.Disruption{
			{Name: "primary killed", At: after(60), Deleted: []string{"postgres-1"}, Replaced: []string{"postgres-2"}, ReplacedAfter: &took,
				RecoveredAfter: &felt, Requests: 2339, Failed: 12, Slowest: 5390 * time.Millisecond},
			{Name: "cache killed", At: after(90), Deleted: []string{"redis-0", "redis-1"}, Requests: 9000, Failed: 9000},
			{Name: "queue killed", Error: "no pod has the labels app=queue"},
		}
	})
	in.Run.Disruptions = []observation.Timed[observation.Disruption]{
		{At: after(60), V: observation.Disruption{Name: "primary killed", Stage: observation.Disrupted, From: after(60), Pods: []string{"postgres-1"}}},
		{At: after(64.75), V: observation.Disruption{Name: "primary killed", Stage: observation.Replaced, From: after(60), Pods: []string{"postgres-2"}}},
		{At: after(90), V: observation.Disruption{Name: "queue killed", Stage: observation.NotDisrupted, From: after(90), Error: "no pod"}},
	}
	return in
}

// TestDisruptionsAreTold: in all three forms that a person reads.
func TestDisruptionsAreTold(t *testing.T) {
	var terminal, markdown, page bytes.Buffer
	in := disrupted()
	for _, err := range []error{Terminal(&terminal, in, TerminalOptions{}), Markdown(&markdown, in), HTML(&page, in)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for form, text := range map[string]string{"terminal": terminal.String(), "markdown": markdown.String(), "page": page.String()} {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\u00a0", " "), "\\", "")
		for _, want := range []string{
			"primary killed", "postgres-1", "postgres-2 after 4.75 s", "after 7.73 s", "12 of 2,339", "5.39 s",
			"redis-0, redis-1", "not replaced by the end", "not by the end of the load", "9,000 of 9,000",
			"not carried out: no pod has the labels app=queue",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q", form, want)
			}
		}
	}
}

// TestDisruptionOnTheAxis: a flag where something was broken, and none where
// nothing was.
func TestDisruptionOnTheAxis(t *testing.T) {
	in := disrupted()
	got := disruptionMoments(in.run())
	if len(got) != 1 || !got[0].At.Equal(after(60)) || got[0].Label != "primary killed" ||
		got[0].Title != "primary killed: postgres-1 deleted; postgres-2 in place after 4.75 s" {
		t.Errorf("got %+v", got)
	}
}
