package extension_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/extension"
	"github.com/artisan-platform/headroom/runner/redisconn/redistest"
	"github.com/artisan-platform/headroom/runner/script"
	"github.com/artisan-platform/headroom/runner/script/vu"
	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

// testExample runs a script of the documentation, which must say this.
func testExample(t *testing.T, on artisan.Config, name string, want ...string) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		text, err := os.ReadFile(filepath.Join("..", "..", "docs", "examples", "artisan", name))
		if err != nil {
			t.Fatal(err)
		}
		said, _ := runOn(t, on, string(text))
		if len(said) != len(want) {
			t.Fatalf("the script said %q, want %q", said, want)
		}
		for i, w := range want {
			if !strings.Contains(said[i], w) {
				t.Errorf("the script said %q, want %q in it", said[i], w)
			}
		}
	})
}

// TestQueueExamples runs the scripts of the documentation about the queue.
func TestQueueExamples(t *testing.T) {
	address := redistest.Start(t)
	on := artisan.Config{Redis: []string{address}}
	testExample(t, on, "queue-push.js", "the queue holds 400 jobs", "and now 402")
	stop := worker(t, address, "default", 5*time.Millisecond)
	defer stop()
	testExample(t, on, "queue-drain.js", "empty after")
	testExample(t, on, "queue-hold.js", "pushed")
}

// TestPrometheusExamples runs those about Prometheus.
func TestPrometheusExamples(t *testing.T) {
	server, _ := scraped(t)
	testExample(t, artisan.Config{Prometheus: server}, "prometheus-query.js", "1 targets are up", ": up in ")
	testExample(t, artisan.Config{Prometheus: server}, "prometheus-expect.js", "evaluations, the nearest to the limit was 1")
}

// TestContainerExamples runs those about the database.
func TestContainerExamples(t *testing.T) {
	direct, pooled := database(t)
	testExample(t, artisan.Config{Postgres: pooled}, "postgres-query.js", "active: 1")
	testExample(t, artisan.Config{Postgres: direct}, "postgres-hold.js", "held 20 of 20 at once; 0 waited for a connection of the pooler, 0 were refused")
}

// TestNothingInInit refuses to work before the test runs.
func TestNothingInInit(t *testing.T) {
	for _, call := range []string{
		`queue().push(1)`, `queue().length()`, `queue().drain({ within: '1s' })`, `queue().hold(1, { for: '1s' })`,
		`prometheus().query('up')`, `prometheus().queryRange('up', { from: 1, step: '1s' })`, `prometheus().expect('up', { min: 1 })`,
		`postgres().query('select 1')`, `postgres().hold(1, { for: '1s' })`,
	} {
		e := artisan.New(artisan.Config{Postgres: nowhere})
		_, err := script.Compile(t.Context(), script.Source{Path: "a.js", Extensions: []vu.Module{extension.Module(e, "load")},
			Text: `import { queue, prometheus, postgres } from 'k6/x/artisan'; ` + call + `; export default function () {}`})
		if err == nil || !strings.Contains(err.Error(), "cannot be used in the init context") {
			t.Errorf("%s: err = %v, want a refusal", call, err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}
