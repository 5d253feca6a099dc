package experiment

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/artisan-platform/headroom/reports"
	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/progress"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/stat"
	"github.com/artisan-platform/headroom/runner/verdict"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCreateLogNeverTakesAnotherRunsFolder(t *testing.T) {
	out, now := t.TempDir(), time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	seen := map[string]bool{}
	for range 3 {
		dir, f, err := createLog(filepath.Join(out, "runs"), "plan", now)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if seen[dir] || !strings.Contains(dir, "plan-20261124-040000") {
			t.Errorf("folder %s", dir)
		}
		seen[dir] = true
	}
}

func TestEndRecordTellsWhyARunEnded(t *testing.T) {
	live := t.Context()
	stopped, cancel := context.WithCancelCause(live)
	cancel(ErrInterrupted)
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want observation.End
	}{
		{live, nil, observation.End{Outcome: observation.Completed}},
		{live, errors.New("no route"), observation.End{Outcome: observation.Broken, Cause: "no route"}},
		{stopped, context.Canceled, observation.End{Outcome: observation.Interrupted, Cause: "interrupted"}},
	} {
		if got := endRecord(c.ctx, c.err); *got.End != c.want {
			t.Errorf("end of (%v, %v): %+v, want %+v", c.ctx.Err(), c.err, *got.End, c.want)
		}
	}
}

func TestSleepReturnsTheCause(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(ErrInterrupted)
	if err := sleep(ctx, time.Hour); !errors.Is(err, ErrInterrupted) {
		t.Errorf("sleep: %v", err)
	}
	if err := sleep(t.Context(), -time.Second); err != nil {
		t.Errorf("a sleep of nothing: %v", err)
	}
}

func TestRecorderKeepsStepsForTheLog(t *testing.T) {
	r := &recorder{Reporter: progress.Discard}
	if err := progress.Do(r, "good", func(progress.Step) error { return nil }); err != nil {
		t.Fatal(err)
	}
	bad := errors.New("no disk")
	if err := progress.Do(r, "bad", func(progress.Step) error { return bad }); !errors.Is(err, bad) {
		t.Fatal(err)
	}
	recs := r.records()
	if len(recs) != 2 || recs[0].Step.Name != "good" || recs[0].Step.Error != "" || recs[1].Step.Error != "no disk" {
		t.Errorf("recorded %+v", recs)
	}
}

func TestLiveShowsTheLastCutOnly(t *testing.T) {
	var views []reports.Live
	l := newLive(Config{Plan: spec.Default("x"), Live: func(v reports.Live) { views = append(views, v) }})
	l.begin(time.Now())
	l.observe(observation.Record{Phase: &observation.Phase{Name: "step", Open: true}})
	l.observe(observation.Record{HPA: &observation.HPA{Target: "backend", Desired: 7}})
	l.observe(observation.Record{Deployment: &observation.Deployment{Name: "backend", Ready: 3}})
	var h stat.Histogram
	h.Record(20 * time.Millisecond)
	for second := range 2 {
		l.observe(observation.Record{Requests: &observation.Requests{Second: time.Unix(int64(second), 0), Count: 100, Failed: 1, Response: h}})
	}
	l.show()
	l.observe(observation.Record{Phase: &observation.Phase{Name: "step"}})
	l.show()
	if len(views) != 2 {
		t.Fatalf("%d views", len(views))
	}
	v := views[0]
	if v.Phase != "step" || v.RPS != 100 || v.Errors != 2 || !v.HasP95 || v.Replicas["backend"] != (reports.LiveReplicas{Ready: 3, Desired: 7}) {
		t.Errorf("first view: %+v", v)
	}
	if views[1].Phase != "load" || views[1].RPS != 0 || views[1].HasP95 {
		t.Errorf("second view: %+v", views[1])
	}
}

// planText is a plan as a log carries it.
const planText = `version: 1
name: small
loads:
  - {name: users, script: {file: users.js}}
objectives:
  errors: [{load: users, max: 1%}]
`

const scriptText = `export const options = { vus: 1, duration: '3s' };
export default function () {}
`

func writeLog(t *testing.T, records ...observation.Record) string {
	t.Helper()
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, observation.LogFile))
	if err != nil {
		t.Fatal(err)
	}
	w := observation.NewWriter(f)
	for _, r := range records {
		w.Observe(r)
	}
	if err := errors.Join(w.Err(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Judging needs the log and nothing else: neither the plan's file nor its
// script's is there any more.
func TestJudgeWorksFromTheLogAlone(t *testing.T) {
	start := time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	dir := writeLog(t, observation.Record{Time: start, Kind: observation.KindRun, Run: &observation.RunInfo{
		ID: "small-1", PlanFile: "gone/small.yaml", Plan: planText, Scripts: map[string]string{"users.js": scriptText},
		Durations: map[string]time.Duration{"users": 3 * time.Second}}})
	in, err := Judge(dir)
	if err != nil {
		t.Fatal(err)
	}
	if in.Result.Verdict != verdict.Inconclusive || in.Result.Outcome != "killed" {
		t.Errorf("a run that only began: %s, %s", in.Result.Verdict, in.Result.Outcome)
	}
	if got := in.Plan.Duration(); got < 3*time.Second {
		t.Errorf("the script's own duration is lost: %v", got)
	}
	if err := WriteReports(dir, in); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{reports.HTMLFile, reports.JUnitFile, reports.JSONFile, reports.MarkdownFile} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || len(b) == 0 {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
	}
}

func TestJudgeRefusesWhatIsNoLog(t *testing.T) {
	if _, err := Judge(t.TempDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no log: %v", err)
	}
	dir := writeLog(t, observation.Record{Kind: observation.KindMark, Mark: &observation.Mark{Name: "x"}})
	if _, err := Judge(dir); err == nil || !strings.Contains(err.Error(), "does not begin with") {
		t.Errorf("a log without its first record: %v", err)
	}
}
