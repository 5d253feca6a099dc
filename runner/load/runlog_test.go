package load_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/artisan-platform/headroom/reports"
	"github.com/artisan-platform/headroom/runner/experiment"
	"github.com/artisan-platform/headroom/runner/load"
	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script"
	"github.com/artisan-platform/headroom/runner/script/option"
	"github.com/artisan-platform/headroom/runner/verdict"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// logged runs a script with its log in a folder.
func logged(ctx context.Context, t *testing.T, text string) (dir string, r load.Result) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Served-By", "pod-1") }))
	t.Cleanup(s.Close)
	folder := t.TempDir()
	path := filepath.Join(folder, "My Script.js")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(folder, "out", "run")
	r, err := load.Run(ctx, config(path, s.URL, "artisan="+dir))
	if err != nil {
		t.Fatal(err)
	}
	return dir, r
}

func config(path, url string, outputs ...string) load.Config {
	none, _ := option.JSON("", nil) // there is nothing to be wrong with it
	return load.Config{Script: path, Flags: none, Env: map[string]string{"URL": url}, Outputs: outputs, Version: "v0", Quiet: true,
		In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}, Log: load.LogConfig{Output: "none"}}
}

const logScript = `import http from 'k6/http'; import { check } from 'k6'; import { attack, mark } from 'k6/x/artisan';
	export const options = { vus: 1, iterations: 1, thresholds: { http_reqs: ['count==21'], 'http_req_duration{engine:vegeta}': ['max>0'], checks: ['rate==1'] } };
	export default async function () {
		mark('before');
		check(http.get(__ENV.URL + '/a'), { 'is 200': (r) => r.status === 200 });
		await attack({ rate: 100, duration: '200ms', name: 'burst', targets: [__ENV.URL] });
		mark('after');
	}`

// TestLogIsJudged judges and reports the log of a script by itself.
func TestLogIsJudged(t *testing.T) {
	dir, r := logged(t.Context(), t, logScript)
	if r.Ending != script.Finished {
		t.Fatalf("the load ended as %v: %s", r.Ending, r.Text)
	}
	in, err := experiment.Judge(dir)
	if err != nil {
		t.Fatal(err)
	}
	if in.Result.Verdict != verdict.Pass || in.Result.Plan != "my-script" || in.Result.Outcome != "completed" {
		t.Errorf("the run of plan %q is judged %s (%s), outcome %s", in.Result.Plan, in.Result.Verdict, in.Result.Reason, in.Result.Outcome)
	}
	var count, due uint64
	names := map[string]uint64{}
	for _, q := range in.Run.Requests {
		count += q.Count
		names[q.Name] += q.Count
	}
	for _, g := range in.Run.Generators {
		due += g.Due
	}
	if count != 21 || due != 21 || names["burst"] != 20 {
		t.Errorf("the log holds %d requests (%v) and %d that were due, want 21", count, names, due)
	}
	if len(in.Run.Marks) != 2 || len(in.Run.Served) != 1 || len(in.Run.Scripts) != 1 {
		t.Fatalf("the log holds %d marks, %d pods and %d scripts, want 2, 1 and 1", len(in.Run.Marks), len(in.Run.Served), len(in.Run.Scripts))
	}
	if s := in.Run.Scripts[0].V; len(s.Thresholds) != 3 || len(s.Checks) != 1 || s.Load != "my-script" || s.Iterations != 1 {
		t.Errorf("the script is logged as %+v", s)
	}
	if err := experiment.WriteReports(dir, in); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, reports.HTMLFile)); err != nil {
		t.Error(err)
	}
}

// TestLogOfAFailedRun crosses a threshold: the verdict is a fail.
func TestLogOfAFailedRun(t *testing.T) {
	dir, r := logged(t.Context(), t, strings.Replace(logScript, "count==21", "count==1", 1))
	in, err := experiment.Judge(dir)
	if err != nil {
		t.Fatal(err)
	}
	if r.Ending != script.Crossed || in.Result.Verdict != verdict.Fail {
		t.Errorf("the load ended as %v and is judged %s", r.Ending, in.Result.Verdict)
	}
}

// TestLogOfAnInterruptedRun is inconclusive, and so is one whose setup throws.
func TestLogOfAnInterruptedRun(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		outcome    observation.Outcome
	}{
		{"interrupted", `export const options = { thresholds: { iterations: ['count>=0'] } };
			export default async function () { await new Promise((r) => setTimeout(r, 60000)); }`, observation.Interrupted},
		{"broken", `export const options = { thresholds: { iterations: ['count>=0'] } };
			export function setup() { throw new Error('no'); } export default function () {}`, observation.Broken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			if tt.outcome == observation.Broken {
				ctx = t.Context()
			}
			dir, _ := logged(ctx, t, tt.text)
			in, err := experiment.Judge(dir)
			if err != nil {
				t.Fatal(err)
			}
			if in.Result.Outcome != string(tt.outcome) || in.Result.Verdict != verdict.Inconclusive {
				t.Errorf("the run is judged %s, outcome %s: %s", in.Result.Verdict, in.Result.Outcome, in.Result.Reason)
			}
		})
	}
}

// TestLogOfACutScript: an iteration that its scenario cuts off has left no word
// of what it would have expected. The thresholds alone do not make that a pass.
func TestLogOfACutScript(t *testing.T) {
	const script = `import { attack, prometheus } from 'k6/x/artisan';
		export const options = { thresholds: { http_reqs: ['count>0'] }, scenarios: {
			a: { executor: 'per-vu-iterations', vus: 1, iterations: 1, maxDuration: '1s', gracefulStop: '0s' } } };
		export default async function () {
			await attack({ rate: 100, duration: '100ms', targets: [__ENV.URL] });
			WAIT;
		}`
	for _, tt := range []struct {
		name, wait string
		want       verdict.Value
		reason     string
	}{
		{"before what it expects", "await new Promise((r) => setTimeout(r, 3600000))", verdict.Inconclusive, "interrupted iterations of my-script: 1 interrupted against none is interrupted"},
		{"in a wait for what it expects", "await prometheus(__ENV.URL).expect('up', { name: 'is up', min: 1, within: '1h' })", verdict.Inconclusive,
			"the iteration ended while the script waited"},
		{"not at all", "", verdict.Pass, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, r := logged(t.Context(), t, strings.Replace(script, "WAIT", tt.wait, 1))
			in, err := experiment.Judge(dir)
			if err != nil {
				t.Fatal(err)
			}
			if in.Result.Verdict != tt.want || !strings.Contains(in.Result.Reason, tt.reason) || strings.Contains(in.Result.Reason, ";") {
				t.Errorf("the load ended as %v and is judged %s: %s; want %s because of %q alone", r.Ending, in.Result.Verdict, in.Result.Reason, tt.want, tt.reason)
			}
		})
	}
}

// TestLogRefuses names folders that no log can be written to.
func TestLogRefuses(t *testing.T) {
	dir, _ := logged(t.Context(), t, `export default function () {}`)
	path := filepath.Join(filepath.Dir(filepath.Dir(dir)), "My Script.js")
	for want, outputs := range map[string][]string{
		"holds a run already":   {"artisan=" + dir},
		"needs the folder":      {"artisan"},
		"two outputs write the": {"artisan=" + dir + "2", "artisan=" + dir + "3"},
		"make the folder":       {"artisan=" + path + "/run"},
	} {
		_, err := load.Run(t.Context(), config(path, "", outputs...))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want an error that says %q", outputs, err, want)
		}
	}
}
