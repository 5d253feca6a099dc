package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestRealCluster runs every story on one machine, one after the other: they
// share its two cores and the one cluster of that name.
func TestRealCluster(t *testing.T) {
	needCluster(t)
	run(t, 0, 3*time.Minute, "down")
	t.Cleanup(func() { run(t, 0, 3*time.Minute, "down") })
	for _, story := range []struct {
		name string
		tell func(*testing.T)
	}{
		{"README", readme},
		{"port taken", portTaken},
		{"no disk", noDisk},
		{"killed while creating", killedCreating},
		{"up", up},
		{"artisan's examples", artisanExamples},
		{"artisan at rest", artisanAtRest},
		{"artisan without rights", artisanForbidden},
		{"artisan scale-out", artisanScaleOut},
		{"faults", injectFaults},
		{"interrupted under load", interrupted},
		{"killed under load", killedUnderLoad},
		{"full stack", fullStack},
		{"interrupted with a cluster of its own", interruptedOwn},
	} {
		if !t.Run(story.name, story.tell) && story.name == "up" {
			t.Fatal("without a cluster the other stories tell nothing")
		}
	}
}

// up is the second run with caches. Cluster and the core stack are to be ready
// within 150 s on two quiet cores; machines differ, so the time is shown and the
// bound is a generous one.
func up(t *testing.T) {
	began := time.Now()
	run(t, 0, 10*time.Minute, "up", "--images", "source", "--stack", "core")
	t.Logf("cluster and stack ready after %v", time.Since(began).Round(time.Second))
}

// checkScaleOut looks at the run that `make verify` left: the main job.
func checkScaleOut(t *testing.T) {
	dirs, err := filepath.Glob("../out/scale-out-*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("make verify left no run under out/: %v", err)
	}
	dir := dirs[len(dirs)-1]
	r := result(t, dir)
	t.Log(describe(r))
	for hpa, want := range map[string]int32{"artisan-platform-backend-hpa": 20, "queue-worker-hpa": 15} {
		var top int32
		for _, e := range r.Events {
			if e.HPA == hpa {
				top = max(top, e.To)
			}
		}
		if top != want {
			t.Errorf("%s rose to %d replicas, want %d", hpa, top, want)
		}
	}
	for _, name := range []string{"report.html", "junit.xml", "summary.md", "result.json"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		} else if info.Size() == 0 {
			t.Errorf("%s is empty", name)
		}
	}
	rejudge(t, dir, 0)
}
