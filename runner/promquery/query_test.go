package promquery

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// prometheus answers each expression as a function of the evaluation time.
type prometheus map[string]func(w http.ResponseWriter, at float64)

func (p prometheus) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	expr := r.URL.Query().Get("query")
	at, err := strconv.ParseFloat(r.URL.Query().Get("time"), 64)
	answer := p[expr]
	if strings.Contains(expr, selectorLabel) && answer == nil {
		answer = vector(`{"headroom_selector":"0"}`, func(at float64) string { return fmt.Sprint(at - 1) })
	}
	if _, err := strconv.ParseFloat(r.URL.Query().Get("timeout"), 64); err != nil {
		http.Error(w, "the timeout is no number of seconds", http.StatusBadRequest)
		return
	}
	if err != nil || answer == nil || r.URL.Path != "/prom/api/v1/query" {
		http.Error(w, "no such query", http.StatusNotFound)
		return
	}
	answer(w, at)
}

func vector(labels string, value func(at float64) string) func(http.ResponseWriter, float64) {
	return func(w http.ResponseWriter, at float64) {
		_, _ = fmt.Fprintf(w, `{"status":"success","data":{"resultType":"vector","result":[{"metric":%s,"value":[%.3f,%q]}]}}`, labels, at, value(at))
	}
}

func text(status int, body string) func(http.ResponseWriter, float64) {
	return func(w http.ResponseWriter, _ float64) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func constant(value string) func(float64) string { return func(float64) string { return value } }

func serve(t *testing.T, p prometheus) *api {
	t.Helper()
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	return &api{base: s.URL + "/prom", client: s.Client(), timeout: 10 * time.Second}
}

func TestOutcomes(t *testing.T) {
	old := func(at float64) string { return fmt.Sprint(at - 60) }
	fresh, err := newFreshness("aged")
	if err != nil {
		t.Fatal(err)
	}
	a := serve(t, prometheus{
		"good":     vector(`{"pod":"a"}`, constant("0.25")),
		"infinite": vector(`{}`, constant("+Inf")),
		"none":     text(200, `{"status":"success","data":{"resultType":"vector","result":[]}}`),
		"nan":      vector(`{}`, constant("NaN")),
		"aged":     vector(`{}`, constant("1")),
		fresh.expr: vector(`{"headroom_selector":"0"}`, old),
		"past": func(w http.ResponseWriter, at float64) {
			_, _ = fmt.Fprintf(w, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[%.3f,"1"]}]}}`, at-60)
		},
		"refused": text(422, `{"status":"error","errorType":"execution","error":"too many samples"}`),
		"proxy":   text(502, `bad gateway`),
		"huge":    text(200, strings.Repeat(" ", maxBody+1)),
		"warned":  text(200, `{"status":"success","warnings":["partial"],"data":{"resultType":"vector","result":[]}}`),
	})
	at := time.Unix(1767323045, 0)
	tests := map[string]struct {
		outcome observation.PromOutcome
		value   observation.Float
		why     string
	}{
		"good":     {observation.PromValue, 0.25, ""},
		"infinite": {observation.PromValue, observation.Float(math.Inf(1)), ""},
		"none":     {observation.PromEmpty, 0, ""},
		"nan":      {observation.PromNaN, 0, "1 of 1 series are NaN"},
		"aged":     {observation.PromStale, 0, "the newest sample of aged is 60.0s old"},
		"past":     {observation.PromStale, 0, "1m0s before the time asked for"},
		"refused":  {observation.PromError, 0, "too many samples"},
		"proxy":    {observation.PromError, 0, "502 Bad Gateway"},
		"huge":     {observation.PromError, 0, "longer than"},
		"unknown":  {observation.PromError, 0, "404 Not Found"},
		"warned":   {observation.PromEmpty, 0, ""},
	}
	for expr, tt := range tests {
		t.Run(expr, func(t *testing.T) {
			to := &sink{}
			e, err := newEvaluator(a, spec.Query{Name: "q", Expr: expr}, 10*time.Second, warnOnce(to, "prometheus q"))
			if err != nil {
				t.Fatal(err)
			}
			got := e.at(t.Context(), at)
			e.at(t.Context(), at)
			if got.Outcome != tt.outcome || !strings.Contains(got.Error, tt.why) || (tt.why == "") != (got.Error == "") {
				t.Errorf("got %+v, want %s for %q", got, tt.outcome, tt.why)
			}
			if tt.outcome == observation.PromValue && (len(got.Series) != 1 || got.Series[0].Value != tt.value) {
				t.Errorf("series %+v, want one of %v", got.Series, tt.value)
			}
			if tt.outcome != observation.PromValue && len(got.Series) != 0 {
				t.Errorf("series %+v with outcome %s", got.Series, got.Outcome)
			}
			if got.Query != "q" || got.Expr != expr || !got.At.Equal(at) {
				t.Errorf("got %+v, want query q at %v", got, at)
			}
			if warned := len(to.records) == 1; warned != (expr == "warned") {
				t.Errorf("%d warnings of two evaluations", len(to.records))
			}
		})
	}
}

func TestTimeoutIsAnError(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	a := serve(t, prometheus{"slow": func(http.ResponseWriter, float64) { <-release }})
	a.timeout = 50 * time.Millisecond
	if _, err := a.query(t.Context(), "slow", time.Now()); err == nil || !strings.Contains(err.Error(), "no answer within 50ms") {
		t.Errorf("err = %v, want one about the time", err)
	}
}

func TestRunEvaluatesEveryQueryOnTheGrid(t *testing.T) {
	a := serve(t, prometheus{"a": vector(`{}`, constant("1")), "b": vector(`{}`, constant("2"))})
	to := &sink{}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	const step = 100 * time.Millisecond
	err := Run(ctx, Config{URL: a.base + "/", Step: step, Sink: to, Queries: []spec.Query{{Name: "A", Expr: "a"}, {Name: "B", Expr: "b"}}})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, r := range to.records {
		if r.Prom == nil {
			continue
		}
		seen[r.Prom.Query]++
		if r.Prom.Outcome != observation.PromValue || !r.Prom.At.Equal(r.Prom.At.Truncate(step)) {
			t.Errorf("recorded %+v, want a value on the grid", *r.Prom)
		}
	}
	if seen["A"] == 0 || seen["B"] == 0 {
		t.Errorf("evaluated %v, want both queries", seen)
	}
}

func TestRunRefuses(t *testing.T) {
	good := Config{URL: "http://127.0.0.1:9090", Step: time.Second, Sink: &sink{}}
	for want, change := range map[string]func(*Config){
		"parse url":        func(c *Config) { c.URL = "http://%" },
		"want http":        func(c *Config) { c.URL = "127.0.0.1" },
		"more than zero":   func(c *Config) { c.Step = 0 },
		"no sink":          func(c *Config) { c.Sink = nil },
		"query p95: parse": func(c *Config) { c.Queries = []spec.Query{{Name: "p95", Expr: "sum("}} },
	} {
		cfg := good
		change(&cfg)
		if err := Run(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("err = %v, want %q", err, want)
		}
	}
}
