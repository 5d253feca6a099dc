package spec

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func read(t testing.TB, file string) []byte {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

const everything = "testdata/good/everything.yaml"

// TestEverything compares a plan with every key in it, value by value.
func TestEverything(t *testing.T) {
	src := read(t, everything)
	got, err := Parse(everything, src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	js := "export default function () {}\n"
	most, least := 2500., 100.
	want := &Plan{
		File: everything, Source: string(src), Name: "everything", Description: "Every key that a plan may have.",
		Cluster: Cluster{Name: "other", Config: "testdata/good/kind.yaml"},
		Stack: Stack{Level: "core", Platform: Platform{
			Backend: Workload{Image: "registry.example/backend:1", Command: []string{"/app"}, Args: []string{"serve"}, Env: map[string]string{"LEVEL": "1", "PORT": "8000"},
				Port: 9000, ReadyPath: "/ready", LivePath: "/live", MetricsPath: "/stats"},
			Frontend: Workload{Image: "registry.example/frontend:1", NoProbes: true},
			Worker:   Workload{Env: map[string]string{"PLATFORM_JOB_TIME": "20s"}},
		}},
		Loads: []Load{
			{Name: "staged", Script: &Script{File: "script.js", Path: "testdata/good/script.js", Source: js,
				Env:    map[string]string{"BASE_URL": "http://localhost:8000", "API": "https://api.example.com"},
				Hosts:  map[string]string{"api.example.com": "127.0.0.1", "other.example.com": "[::1]"},
				Stages: []VUStage{{30 * time.Second, 100}, {0, 50}, {time.Minute, 50}}, Duration: 90 * time.Second}},
			{Name: "own stages", Start: 90 * time.Second, Script: &Script{File: "script.js", Path: "testdata/good/script.js", Source: js}},
			{Name: "step", Start: 2 * time.Minute, Vegeta: &Vegeta{Method: "POST", URL: "http://[::1]:8000/api/items", Hosts: map[string]string{"api.example.com": "127.0.0.1:8443"},
				Header: map[string]string{"Content-Type": "application/json"}, Body: `{"a": 1}`, Timeout: 2 * time.Second, Connections: 500,
				Stages: []RateStage{{10 * time.Second, 0, 2}, {90 * time.Second, 2200, 2200}}}},
			{Name: "burst", Start: 2 * time.Minute, Queue: &Queue{"127.0.0.1:6380", "jobs", 400, 4 * time.Second, "work"}},
		},
		Disruptions: []Disruption{{"primary lost", 150 * time.Second, PodDeletion{"role in (primary),app=db", 2 * time.Second}}},
		Settle:      time.Minute,
		Watch: Watch{Namespace: "shop", Prometheus: "http://prometheus.example:9090", Step: 10 * time.Second, Queries: []Query{
			{"rps", "sum(\n  rate(http_requests_total[30s])\n)\n", "rps"},
			{"replicas", "kube_deployment_status_replicas{deployment='a'}", ""}}},
		Objectives: Objectives{
			Latency: []Latency{{"the slow ones", "step", "POST /api/items", 0.999, time.Second, 50},
				{"p50 of all loads", "", "", 0.5, 100 * time.Millisecond, 20}},
			Errors: []Errors{{"failures", "staged", 0.001, 10}},
			ScaleOut: []ScaleOut{{Name: "backend", HPA: "backend-hpa", Replicas: 20, Within: 3 * time.Minute, Ready: 4 * time.Minute,
				HasWindow: true, Sync: 30 * time.Second, Slack: time.Second}},
			Queries:   []QueryLimit{{"busy", "rps", &most, &least, 30 * time.Second}},
			Recovery:  []Recovery{{"back soon", "primary lost", "step", "POST /api/items", 30 * time.Second, 10 * time.Second, 0.01, 500 * time.Millisecond}},
			Counters:  []Counter{{"nothing lost", "staged", "stored", "acknowledged"}},
			Generator: Generator{50 * time.Millisecond, 0.01, 0.95},
		},
	}
	if q := got.Objectives.Latency[0].Quantile; math.Abs(q-0.999) > 1e-12 {
		t.Errorf("p99.9 is %v", q)
	}
	got.Objectives.Latency[0].Quantile = 0.999
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestDefaults(t *testing.T) {
	file := "testdata/good/minimal.yaml"
	got, err := Parse(file, read(t, file), Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := &Plan{
		File: file, Source: got.Source, Name: "minimal", Cluster: Cluster{Name: "headroom"}, Stack: Stack{Level: "full"},
		Loads: []Load{{Name: "steady", Vegeta: &Vegeta{Method: "GET", URL: "http://127.0.0.1:8000/health", Timeout: 10 * time.Second,
			Connections: 1000, Stages: []RateStage{{10 * time.Second, 5, 5}}}}},
		Settle: 20 * time.Second,
		Watch:  Watch{Namespace: "artisan-platform", Prometheus: "http://127.0.0.1:9090", Step: 5 * time.Second},
		Objectives: Objectives{
			Errors:    []Errors{{"errors of all loads", "", 0.01, 100}},
			Generator: Generator{MaxLag: 100 * time.Millisecond, MinRate: 0.99},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

// TestAllowHosts: a host is allowed by name alone, and only the one named.
func TestAllowHosts(t *testing.T) {
	file := "testdata/bad/hosts.yaml"
	_, err := Parse(file, read(t, file), Options{AllowHosts: []string{"API.example.com", "192.0.2.1", "redis.example.com", "example.com"}})
	var problems *Error
	if !errors.As(err, &problems) || len(problems.Problems) != 1 || problems.Problems[0].Line != 11 {
		t.Errorf("got %v, want the one problem in line 11", err)
	}
}

// TestReadFile: scripts come from the given reader and from nowhere else, as
// they do when a log is judged.
func TestReadFile(t *testing.T) {
	var asked []string
	opts := Options{ReadFile: func(path string) ([]byte, error) {
		asked = append(asked, path)
		return []byte("// logged"), nil
	}}
	p, err := Parse("gone/plan.yaml", read(t, everything), opts)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"gone/script.js", "gone/script.js"}; !reflect.DeepEqual(asked, want) || p.Loads[0].Script.Source != "// logged" {
		t.Errorf("asked for %q, want %q; source %q", asked, want, p.Loads[0].Script.Source)
	}
}

func TestLoadPlanFiles(t *testing.T) {
	if _, err := LoadPlan("testdata/none.yaml", Options{}); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "read plan") {
		t.Errorf("a missing plan: %v", err)
	}
	if _, err := LoadPlan(everything, Options{}); err == nil || !strings.Contains(err.Error(), everything+":7:11: cluster.config: cannot find the kind config") {
		t.Errorf("a missing kind config: %v", err)
	}
	big := filepath.Join(t.TempDir(), "big.yaml")
	if err := os.WriteFile(big, []byte(strings.Repeat("#", MaxSize+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadPlan(big, Options{}); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("a file over the limit: %v", err)
	}
}

// TestAliasBomb: a few kilobytes do not unfold into millions of stages.
func TestAliasBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString("version: 1\nname: bomb\nloads:\n  - &l\n    name: a\n    vegeta:\n      url: http://127.0.0.1\n      stages:\n        - &s {duration: 1s, rate: 1}\n")
	b.WriteString(strings.Repeat("        - *s\n", 2000))
	b.WriteString(strings.Repeat("  - *l\n", 2000))
	b.WriteString("objectives:\n  errors: [{max: 1%}]\n")
	_, err := Parse("bomb.yaml", []byte(b.String()), Options{})
	if err == nil || !strings.Contains(err.Error(), "aliases unfolded") {
		t.Errorf("got %v, want a refusal", err)
	}
}

// TestManyProblems: all are kept, and a screenful is printed.
func TestManyProblems(t *testing.T) {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "key%d: 1\n", i)
	}
	_, err := Parse("many.yaml", []byte(b.String()), Options{})
	var problems *Error
	if !errors.As(err, &problems) || len(problems.Problems) != 104 {
		t.Fatalf("got %v, want 100 unknown and 4 missing keys", err)
	}
	if lines := strings.Split(err.Error(), "\n"); len(lines) != maxProblems+1 || lines[maxProblems] != "many.yaml: and 54 more" {
		t.Errorf("%d lines, the last is %q", len(lines), lines[len(lines)-1])
	}
}

// FuzzParse: whatever the text, the answer is a plan that drives load or an
// *Error whose problems stand in order and inside the file.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.yaml", "testdata/bad/*.yaml"} {
		list, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range list {
			f.Add(string(read(f, file)))
		}
	}
	opts := Options{ReadFile: func(string) ([]byte, error) { return []byte("x"), nil }}
	f.Fuzz(func(t *testing.T, src string) {
		p, err := Parse("f.yaml", []byte(src), opts)
		if err == nil {
			if len(p.Loads) == 0 || p.Name == "" || p.Duration() < 0 || len(Timetable(p)) == 0 {
				t.Fatalf("accepted %q as %+v", src, p)
			}
			return
		}
		var problems *Error
		if !errors.As(err, &problems) || len(problems.Problems) == 0 || err.Error() == "" {
			t.Fatalf("%T: %v", err, err)
		}
		last := 0
		for _, q := range problems.Problems {
			if q.Line < max(last, 1) || q.Line > strings.Count(src, "\n")+strings.Count(src, "\r")+strings.Count(src, "\u0085")+strings.Count(src, "\u2028")+strings.Count(src, "\u2029")+2 || q.Col < 1 || q.Message == "" {
				t.Fatalf("%q: misplaced problem %+v", src, q)
			}
			last = q.Line
		}
	})
}
