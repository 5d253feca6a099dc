package reports

import (
	"bytes"
	"io"
	"testing"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/verdict"
)

// FuzzRender renders whatever a log may hold, with its gaps and warnings as
// the verdict's own.
func FuzzRender(f *testing.F) {
	f.Add([]byte(`{"t":"2026-03-14T09:30:00Z","kind":"run","run":{"id":"x","headroom":"","plan_file":"","plan":"","host":{"name":"","os":"","cores":1,"memory_bytes":1}}}
{"t":"2026-03-14T09:30:00Z","kind":"phase","phase":{"name":"a","load":"a","open":true}}
{"t":"2026-03-14T09:30:09Z","kind":"hpa","hpa":{"namespace":"n","name":"h","uid":"","target_kind":"","target":"t","min":1,"max":9,"scale_up":{"window_ns":1,"select":"Max","policies":null},"scale_down":{"window_ns":1,"select":"","policies":null},"metrics":[{"type":"Pods","name":"m","target_type":"Value","target":5,"current":9}],"current":1,"desired":2}}
{"t":"2026-03-14T09:30:09Z","kind":"prom","prom":{"query":"q","expr":"e","at":"2026-03-14T09:30:05Z","outcome":"value","series":[{"value":"+Inf"}]}}
{"t":"2026-03-14T09:30:10Z","kind":"gap","gap":{"source":"watch hpa","from":"2026-03-14T09:30:01Z","to":"2026-03-14T09:30:02Z","reason":""}}
`))
	f.Fuzz(func(t *testing.T, log []byte) {
		records, truncated, err := observation.Read(bytes.NewReader(log))
		if err != nil {
			t.Skip("no log")
		}
		run, err := observation.Assemble(records, truncated)
		if err != nil {
			t.Skip("no run")
		}
		in := Input{Run: run, Result: verdict.Result{Gaps: run.Gaps, Warnings: run.Warnings, Start: run.Start, End: run.Last,
			Events: []verdict.ScaleEvent{{HPA: "h", Breach: &verdict.Moment{Earliest: run.Start, Latest: run.Last}, Ready: &verdict.Moment{Earliest: run.Last, Latest: run.Start}}}}}
		for kind, render := range renderers {
			if kind == "json" {
				continue // refuses a year beyond 9999, as encoding/json does
			}
			if err := render(io.Discard, in); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
	})
}

func TestThePagesScriptParses(t *testing.T) {
	src, err := templates.ReadFile("templates/cursor.js")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sobek.Compile("cursor.js", string(src), true); err != nil {
		t.Error(err)
	}
}
