package output_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/artisan-platform/headroom/runner/script"
	"github.com/artisan-platform/headroom/runner/script/output"
)

// TestRun streams a whole run, and compares sums with what the run came to.
func TestRun(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer server.Close()
	p, err := script.Compile(t.Context(), script.Source{Path: "a.js", Env: map[string]string{"URL": server.URL}, Text: `
		import http from 'k6/http'; import { Trend } from 'k6/metrics'; import { group, check } from 'k6';
		const own = new Trend('own');
		export const options = { vus: 5, iterations: 200, tags: { testid: 'x "y"' }, thresholds: { 'own{kind:a}': ['max>=0'], http_reqs: ['count>0'] } };
		export default function () {
			group('a, b', () => check(http.get(__ENV.URL), { ok: r => r.status === 200 }));
			own.add(2, { kind: 'a' });
		}`})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	all, err := output.ParseAll([]string{"json=" + dir + "/a.json", "csv=" + dir + "/a.csv"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := all.Start(output.Run{Options: p.Options, Warn: func(text string) { t.Error(text) }}); err != nil {
		t.Fatal(err)
	}
	o, err := script.RunToEnd(t.Context(), p, script.Config{Samples: all.Write})
	if err != nil || o.Iterations != 200 {
		t.Fatalf("got %+v, %v", o, err)
	}
	if err := all.Stop(); err != nil {
		t.Fatal(err)
	}
	points, sums := fromJSON(t, dir+"/a.json")
	rows, csvSums := fromCSV(t, dir+"/a.csv")
	for name, want := range map[string]float64{"http_reqs": 200, "iterations": 200, "checks": 200, "own": 400, "http_req_failed": 0} {
		if sums[name] != want || csvSums[name] != want {
			t.Errorf("%s is %v as JSON and %v as CSV, want %v", name, sums[name], csvSums[name], want)
		}
	}
	if points != rows || points < 200*14 {
		t.Errorf("%d points as JSON and %d rows as CSV", points, rows)
	}
}

// fromJSON counts points and adds up their values. Every point is declared and
// carries the tags that it must.
func fromJSON(t *testing.T, path string) (points int, sums map[string]float64) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sums = make(map[string]float64)
	declared := make(map[string]bool)
	for line := range strings.Lines(string(text)) {
		var x struct {
			Type, Metric string
			Data         struct {
				Value      float64
				Tags       map[string]string
				Thresholds []string
				Submetrics []struct{ Name string }
			}
		}
		if err := json.Unmarshal([]byte(line), &x); err != nil {
			t.Fatal(err)
		}
		if x.Type == "Metric" {
			declared[x.Metric] = true
			if x.Metric == "own" && (len(x.Data.Submetrics) != 1 || x.Data.Submetrics[0].Name != "own{kind:a}") || x.Metric == "http_reqs" && (len(x.Data.Thresholds) != 1 || x.Data.Thresholds[0] != "count>0") {
				t.Errorf("declared as %s", line)
			}
			continue
		}
		if !declared[x.Metric] || x.Data.Tags["testid"] != `x "y"` || (x.Metric == "http_reqs" && (x.Data.Tags["group"] != "::a, b" || x.Data.Tags["status"] != "200")) {
			t.Fatalf("got %s", line)
		}
		points++
		sums[x.Metric] += x.Data.Value
	}
	return points, sums
}

// fromCSV does the same with the rows of a CSV file.
func fromCSV(t *testing.T, path string) (count int, sums map[string]float64) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := make(map[string]int)
	for i, name := range rows[0] {
		at[name] = i
	}
	sums = make(map[string]float64)
	for _, row := range rows[1:] {
		value, err := strconv.ParseFloat(row[2], 64)
		if err != nil || !strings.Contains(row[at["extra_tags"]], `testid=x "y"`) || (row[0] == "http_reqs" && row[at["group"]] != "::a, b") {
			t.Fatalf("got %q, %v", row, err)
		}
		sums[row[0]] += value
	}
	return len(rows) - 1, sums
}
