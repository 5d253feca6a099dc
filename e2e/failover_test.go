package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/verdict"
)

// failover kills the database's primary under the mixed load. The run passes,
// the report times it, and no acknowledged sale event is lost.
func failover(t *testing.T) {
	out := t.TempDir()
	run(t, 0, 15*time.Minute, "verify", "--images", "source", "--out", out, "../scenarios/failover.yaml")
	dir := theRun(t, out)
	r := result(t, dir)
	t.Log(describe(r))
	d := r.Disruptions[0]
	switch {
	case len(d.Deleted) != 1 || !strings.HasPrefix(d.Deleted[0], "postgres-cluster-"):
		t.Errorf("deleted %v, want one instance of the database", d.Deleted)
	case d.ReplacedAfter == nil || d.RecoveredAfter == nil:
		t.Errorf("no other primary was seen: %+v", d)
	case len(d.Replaced) != 1 || d.Replaced[0] == d.Deleted[0]:
		t.Errorf("replaced by %v, want another instance than %v", d.Replaced, d.Deleted)
	}
	lost := objective(t, r, "counter", "no acknowledged sale event is lost")
	if lost.Verdict != verdict.Pass || lost.Samples < 3000 {
		t.Errorf("%s of %d sale events: %s against %s", lost.Verdict, lost.Samples, lost.Value, lost.Limit)
	}
	rejudge(t, dir, 0)
	awaitGreen(t, 3*time.Minute)
}
