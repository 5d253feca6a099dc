package script

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/summary"
)

// teller tells what an archive wants to be told of a run besides the usual.
// Each line of its file tell is one of
//
//   - samples METRIC TAG...: how many samples there are of each set of those tags,
//   - summary MODE: the text at the end, without times and rates,
//   - files: what handleSummary returns,
//   - data PATH...: parts of what handleSummary gets, by GJSON paths,
//   - export PATH...: parts of what --summary-export writes,
//   - machine PATH...: parts of what --new-machine-readable-summary writes.
type teller struct {
	wishes [][]string
	lines  []string

	mu      *sync.Mutex
	samples []metric.Sample
}

func newTeller(t *testing.T, text string) teller {
	t.Helper()
	x := teller{mu: new(sync.Mutex)}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 || !slices.Contains([]string{"samples", "summary", "files", "data", "export", "machine"}, words[0]) {
			t.Fatalf("nobody can tell %q", line)
		}
		x.wishes = append(x.wishes, words)
	}
	return x
}

// attach has the run report what is wanted.
func (x *teller) attach(cfg *Config) {
	if len(x.wishes) == 0 {
		return
	}
	cfg.PerScenario = slices.ContainsFunc(x.wishes, func(w []string) bool { return slices.Equal(w, []string{"summary", "full"}) })
	cfg.Samples = func(list []metric.Sample) {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.samples = append(x.samples, list...)
	}
	var made *Summary
	cfg.Summarise = func(s *Summary) {
		made = s
		for _, w := range x.wishes {
			if w[0] != "samples" {
				x.lines = append(x.lines, x.wish(made, w)...)
			}
		}
	}
}

// finish tells what is known only when all samples have come.
func (x *teller) finish() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	var lines []string
	for _, w := range x.wishes {
		if w[0] == "samples" {
			lines = append(lines, sampleLines(x.samples, w[1], w[2:])...)
		}
	}
	return append(lines, x.lines...)
}

func (x *teller) wish(s *Summary, w []string) []string {
	switch w[0] {
	case "summary":
		var b bytes.Buffer
		if err := summary.Text(&b, s.Data, summary.Mode(w[1])); err != nil {
			return []string{"summary: " + err.Error()}
		}
		return []string{"summary:\n" + timeless(b.String())}
	case "files":
		return files(s.HandleSummary(s.Data))
	}
	render := map[string]func(summary.Data) ([]byte, error){
		"data": summary.HandleSummaryJSON, "export": summary.ExportJSON, "machine": summary.MachineJSON,
	}[w[0]]
	text, err := render(s.Data)
	if err != nil {
		return []string{w[0] + ": " + err.Error()}
	}
	var lines []string
	for _, path := range w[1:] {
		lines = append(lines, fmt.Sprintf("%s %s: %s", w[0], path, gjson.GetBytes(text, path).Raw))
	}
	return lines
}

func files(list map[string][]byte, own bool, err error) []string {
	if err != nil {
		return []string{"handleSummary: " + err.Error()}
	}
	if !own {
		return []string{"handleSummary: none"}
	}
	var lines []string
	for _, path := range slices.Sorted(maps.Keys(list)) {
		lines = append(lines, fmt.Sprintf("file %s: %s", path, strings.TrimSuffix(string(list[path]), "\n")))
	}
	return lines
}

var (
	anyTime = regexp.MustCompile(`\d+(\.\d+)?(m\d+(\.\d+)?s|ns|µs|ms|s)\b`)
	anyRate = regexp.MustCompile(`[0-9.e+-]+( [kMGT]?B)?/s`)
	anySize = regexp.MustCompile(`[0-9.]+ [kMGT]?B\b`)
	counted = regexp.MustCompile(`(?m)^ *vus(_max)?\.+:.*\n`)
	padding = regexp.MustCompile(`([^ ]) {2,}`)
)

// timeless is a summary without what differs from run to run: times, rates,
// sizes, the widths that depend on them, and the numbers of virtual users, which
// a short run may have ended without.
func timeless(text string) string {
	text = counted.ReplaceAllString(text, "")
	text = anyTime.ReplaceAllString(text, "T")
	text = anyRate.ReplaceAllString(text, "R/s")
	text = anySize.ReplaceAllString(text, "N B")
	return strings.TrimRight(padding.ReplaceAllString(text, "$1 "), "\n")
}

// endings are the names of how a run may end.
var endings = map[Ending]string{
	Crossed: "a threshold was crossed", SetupTimeout: "setup timed out", TeardownTimeout: "teardown timed out",
	Stopped: "stopped by its control", Invalid: "invalid", Interrupted: "interrupted", Exception: "exception",
	Aborted: "aborted by the script", Panicked: "panic", Failed: "marked as failed",
}

// tellResult writes a result without what differs from one run to the next.
func tellResult(o Outcome, meter *observation.Meter) []string {
	s := o.Script
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
	if o.Ending != Finished {
		lines = append(lines, "ending: "+endings[o.Ending])
	}
	return append(lines, tellRequests(meter)...)
}

// tellRequests adds up the seconds of each name and class: where a second ends
// differs from one run to the next.
func tellRequests(meter *observation.Meter) []string {
	var lines []string
	requests := map[string]observation.Requests{}
	for _, r := range meter.Cut(time.Now(), true, observation.Health{}) {
		switch {
		case r.Requests != nil:
			key := fmt.Sprintf("%s %s, %s", r.Requests.Scenario, r.Requests.Name, r.Requests.Class)
			sum := requests[key]
			if sum.Causes == nil {
				sum.Causes = map[string]uint64{}
			}
			sum.Count += r.Requests.Count
			sum.Failed += r.Requests.Failed
			maps.Copy(sum.Causes, r.Requests.Causes)
			requests[key] = sum
		case r.Generator != nil && r.Generator.InFlight != 0:
			lines = append(lines, fmt.Sprintf("in flight at the end: %d", r.Generator.InFlight))
		case r.Served != nil:
			lines = append(lines, "served by "+r.Served.Pod)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(requests)) {
		sum := requests[key]
		lines = append(lines, fmt.Sprintf("requests %s%s: %d, %d failed", key, causes(sum.Causes), sum.Count, sum.Failed))
	}
	return lines
}

func causes(m map[string]uint64) string {
	if len(m) == 0 {
		return ""
	}
	return " (" + strings.Join(slices.Sorted(maps.Keys(m)), "; ") + ")"
}
