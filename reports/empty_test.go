package reports

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/verdict"
)

// renderers are all of them, by name.
var renderers = map[string]func(io.Writer, Input) error{
	"html": HTML, "junit": JUnit, "json": JSON, "markdown": Markdown,
	"terminal": func(w io.Writer, in Input) error { return Terminal(w, in, TerminalOptions{Width: 80}) },
}

// poor are runs that hold less than a judge could pass.
func poor() map[string]Input {
	killed := syntheticInput(nil)
	killed.Run.End, killed.Run.Phases, killed.Run.Last = nil, killed.Run.Phases[:5], after(333)
	killed.Result = verdict.Result{Outcome: "killed", Plan: "scale-out", Verdict: verdict.Inconclusive, Reason: "the log has no end",
		Events: []verdict.ScaleEvent{{HPA: "artisan-platform-backend-hpa", From: 3, To: 5}, {HPA: "x", Breach: window(1, 2)}}}
	far := &observation.Run{Start: time.Time{}, Last: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}
	silent := syntheticInput(func(r *verdict.Result) { r.Verdict, r.Objectives, r.Loads, r.Events = verdict.Pass, nil, nil, nil })
	silent.Run.Requests, silent.Run.Generators, silent.Run.HPAs, silent.Run.Proms = nil, nil, nil, nil
	return map[string]Input{
		"nothing at all": {}, "only a pass": {Result: verdict.Result{Verdict: verdict.Pass}}, "an unknown verdict": {Result: verdict.Result{Verdict: "great"}},
		"killed": killed, "no samples": silent, "endless": {Run: far}, "empty load": {Run: emptyLoad()},
		"objective unknown": {Result: verdict.Result{Verdict: verdict.Pass, Objectives: []verdict.Objective{{Name: "x", Verdict: ""}}}},
	}
}

func emptyLoad() *observation.Run {
	p := observation.Phase{Name: "x", Load: "x", Open: true}
	return &observation.Run{Start: began, Last: began, Phases: []observation.Timed[observation.Phase]{{At: began, V: p}},
		HPAs:    []observation.Timed[observation.HPA]{{At: began, V: observation.HPA{Metrics: []observation.HPAMetric{{Name: "m"}}, Deleted: true}}},
		Proms:   []observation.Timed[observation.Prom]{{At: began, V: observation.Prom{Query: "q", Outcome: observation.PromEmpty}}},
		Scripts: []observation.Timed[observation.Script]{{V: observation.Script{Thresholds: []observation.Threshold{{Metric: "m", Met: true}}}}}}
}

func TestPoorRunsRenderAndClaimNoSuccess(t *testing.T) {
	for name, in := range poor() {
		for kind, render := range renderers {
			var b bytes.Buffer
			if err := render(&b, in); err != nil {
				t.Errorf("%s, %s: %v", name, kind, err)
			}
			if kind == "json" {
				continue // the result as it is
			}
			if strings.Contains(b.String(), "PASS") {
				t.Errorf("%s: %s claims success", name, kind)
			}
			if b.Len() == 0 {
				t.Errorf("%s: %s is empty", name, kind)
			}
		}
	}
}

func TestAnEmptyChartSaysSo(t *testing.T) {
	const said = "Nothing was observed."
	if n := strings.Count(render(t, poor()["no samples"]), said); n != 8 {
		t.Errorf("%d charts say that they are empty, want those of requests, of the queries and of the generator: 8", n)
	}
	if strings.Contains(render(t, syntheticInput(nil)), said) {
		t.Error("a chart of a full run says that it is empty")
	}
}

func TestJUnitOfPoorRunsHasAnError(t *testing.T) {
	for name, in := range poor() {
		doc := junitDocument(in)
		if doc.Errors+doc.Failures == 0 {
			t.Errorf("%s: %d tests without an error, a pipeline would read it as a pass", name, doc.Tests)
		}
	}
}

func TestRenderersAreDeterministic(t *testing.T) {
	for kind, render := range renderers {
		var first, second bytes.Buffer
		if err := render(&first, syntheticInput(nil)); err != nil {
			t.Fatal(err)
		}
		if err := render(&second, syntheticInput(nil)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s differs between two renderings of one input", kind)
		}
	}
}

// broken is a writer that fails.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestRenderersReportAFailedWrite(t *testing.T) {
	for kind, render := range renderers {
		if err := render(broken{}, syntheticInput(nil)); err == nil {
			t.Errorf("%s: no error from a writer that fails", kind)
		}
	}
}
