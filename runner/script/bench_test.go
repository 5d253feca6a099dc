package script

import (
	"context"
	"os"
	"runtime"
	"testing"

	"github.com/artisan-platform/headroom/runner/observation"
)

// BenchmarkVirtualUsers makes b.N virtual users of the guide's script ready
// for their first iteration, and reports what one of them keeps.
func BenchmarkVirtualUsers(b *testing.B) {
	r := benchRun(b, "../../scenarios/load-test.js")
	users := make([]*user, b.N)
	before := inUse()
	for i := range users {
		u, err := r.newUser(b.Context(), &r.test.Options.Scenarios[0], uint64(i+1))
		if err != nil {
			b.Fatal(err)
		}
		users[i] = u
	}
	b.StopTimer()
	b.ReportMetric(float64(inUse()-before)/float64(b.N), "bytes/VU")
	for _, u := range users {
		u.vu.Close()
	}
}

// BenchmarkRequest measures one iteration of a GET with two checks, server
// included.
func BenchmarkRequest(b *testing.B) {
	r := benchRun(b, "testdata/bench.js")
	u, err := r.newUser(b.Context(), &r.test.Options.Scenarios[0], 1)
	if err != nil {
		b.Fatal(err)
	}
	defer u.vu.Close()
	for b.Loop() {
		if _, err := u.vu.Do(context.Background(), u.call); err != nil {
			b.Fatal(err)
		}
	}
}

func benchRun(b *testing.B, path string) *run {
	b.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	env := map[string]string{"BASE_URL": newServer(b).URL}
	p, err := Compile(b.Context(), Source{Path: path, Text: string(text), Env: env})
	if err != nil {
		b.Fatal(err)
	}
	return &run{program: p, test: p.newTest(Config{Env: env, Meter: observation.NewMeter("load", false)})}
}

func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
