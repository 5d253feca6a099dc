package summary

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// random is a test of anything.
func random(r *rand.Rand) Data {
	d := Data{Duration: time.Duration(r.Int64N(int64(time.Hour))), TimeUnit: []string{"", "s", "ms", "us"}[r.IntN(4)]}
	names := append([]string{"mine", strings.Repeat("long_", 8), "checks"}, categories[1].members...)
	names = append(names, categories[2].members...)
	for _, name := range names {
		kind := metric.Kind(r.IntN(4))
		var samples []float64
		for range r.IntN(5) {
			samples = append(samples, math.Trunc(math.Exp(r.NormFloat64()*4)*1000)/1000)
		}
		measured := values(kind, samples...)
		parts := []string{"", "{a:b}", "{name:http://h/ü}"}
		for _, part := range parts[:r.IntN(4)] {
			d.Metrics = append(d.Metrics, Metric{Name: name + part, Kind: kind, Contains: []string{"", "time", "data"}[r.IntN(3)], Values: measured,
				Thresholds: []Threshold{{Expr: "p(95)<5", OK: r.IntN(2) > 0, Observed: at(r.Float64())}}})
		}
		d.Root.Checks = append(d.Root.Checks, Check{Name: name, Passes: r.Uint64N(3), Fails: r.Uint64N(2)})
		n := Name{Name: name, Requests: r.Uint64N(1e6), Failed: r.Uint64N(3), Response: &Times{r.Float64() * 1e4, 3, 0.01, 5}}
		if r.IntN(2) > 0 {
			n.FromDue = &Times{1, 2, math.NaN(), r.Float64()}
		}
		d.Names = append(d.Names, n)
	}
	return d
}

var (
	metricLine = regexp.MustCompile(`^ +(?:\{ .* \}|[a-z_]+(?:\{.*\})?)\.{3,}: .`)
	statistic  = regexp.MustCompile(` [a-z]+(?:\(\d+\))?=`)
)

// TestColumnsAreAligned holds random summaries to the rules of the layout.
func TestColumnsAreAligned(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		d := random(r)
		shown := text(t, d, Full)
		if strings.Contains(shown, "NaN") || strings.Contains(shown, "Inf") || strings.Contains(shown, " \n") || strings.Contains(shown, "\n\n\n\n") {
			t.Fatalf("got\n%s", shown)
		}
		var colon int
		columns := map[string]int{} // of a statistic
		seen := 0
		for line := range strings.Lines(shown) {
			runes := []rune(strings.TrimSuffix(line, "\n"))
			if !metricLine.MatchString(line) {
				continue
			}
			seen++
			begin := metricLine.FindString(line)
			if c := len([]rune(begin)); colon != 0 && c != colon {
				t.Fatalf("the value of %q is not in column %d in\n%s", line, colon, shown)
			} else {
				colon = c
			}
			form := "trend"
			if strings.Contains(line, "min=") && !strings.Contains(line, "avg=") {
				form = "gauge"
			}
			for _, at := range statistic.FindAllStringIndex(string(runes[colon-2:]), -1) {
				rest := string(runes[colon-2:])
				key := form + rest[at[0]:at[1]]
				if c, ok := columns[key]; ok && c != len([]rune(rest[:at[0]])) {
					t.Fatalf("%q of %q is not in column %d in\n%s", key, line, c, shown)
				}
				columns[key] = len([]rune(rest[:at[0]]))
			}
		}
		if seen < len(d.Metrics)-3 {
			t.Fatalf("%d of %d metrics in\n%s", seen, len(d.Metrics), shown)
		}
		endpointsAligned(t, shown)
	}
}

// endpointsAligned checks that the numbers end, and the names begin, in the
// same column.
func endpointsAligned(t *testing.T, shown string) {
	t.Helper()
	_, tail, _ := strings.Cut(shown, "█ ENDPOINTS\n\n")
	table, _, _ := strings.Cut(tail, "\n\n")
	lines := strings.Split(strings.TrimSuffix(table, "\n"), "\n")
	begin := strings.Index(lines[0], "name")
	for _, line := range lines {
		runes := []rune(line)
		if len(runes) <= begin || runes[begin] == ' ' || string(runes[begin-2:begin]) != "  " {
			t.Fatalf("the name of %q does not begin in column %d of\n%s", line, begin, table)
		}
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"status is 200": "status is 200", "ünïcödé 漢": "ünïcödé 漢",
		"a\nb\tc\x1b[0m\x00": "a\ufffdb\ufffdc\ufffd[0m\ufffd", "\u202egnp": "\ufffdgnp", "\xff": "\ufffd",
	} {
		if got := printable(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestCategories(t *testing.T) {
	for name, want := range map[string]string{
		"http_reqs": "HTTP", "vus": "EXECUTION", "data_sent": "NETWORK", "ws_ping": "WEBSOCKET", "grpc_streams": "GRPC",
		"http_mine": "CUSTOM", "basket": "CUSTOM",
	} {
		if got := categoryOf(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	r := metric.NewRegistry()
	metric.NewBuiltin(r)
	for _, name := range r.Names() {
		if name != "checks" && categoryOf(name) == "CUSTOM" {
			t.Errorf("the built-in metric %s counts as custom", name)
		}
	}
}

func ExampleText() {
	var b strings.Builder
	err := Text(&b, Data{Duration: time.Second, Metrics: []Metric{{Name: "iterations", Kind: metric.Counter, Values: values(metric.Counter, 3)}}}, Compact)
	fmt.Println(b.String(), err)
	// Output:
	// █ TOTAL RESULTS
	//
	//     EXECUTION
	//     iterations.........................: 3 3/s
	//  <nil>
}
