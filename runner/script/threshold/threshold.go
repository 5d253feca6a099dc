// Package threshold parses and evaluates the thresholds of a k6-style script,
// such as 'http_req_duration{name:home}': ['p(95)<500'].
package threshold

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// Expr is one parsed expression: aggregation, operator, number.
type Expr struct {
	Text        string  // as it was written
	Aggregation string  // count, rate, value, avg, min, max, med or p
	Percentile  float64 // of p, 0..100
	Op          string  // <, <=, >, >=, ==, === or !=
	Limit       float64
}

// String writes the expression in its plainest form.
func (e Expr) String() string {
	aggregation := e.Aggregation
	if aggregation == "p" {
		aggregation = "p(" + strconv.FormatFloat(e.Percentile, 'g', -1, 64) + ")"
	}
	return aggregation + e.Op + strconv.FormatFloat(e.Limit, 'g', -1, 64)
}

// operators, the longer ones first: "<=" is no "<" followed by "=".
var operators = []string{"===", "<=", ">=", "==", "!=", "<", ">"}

// Parse reads one expression.
func Parse(text string) (Expr, error) {
	e := Expr{Text: text}
	at := strings.IndexAny(text, "<>=!")
	if at < 0 {
		return e, fmt.Errorf("threshold %q has no operator: write it like \"p(95)<500\"", text)
	}
	left, rest := strings.TrimSpace(text[:at]), text[at:]
	for _, op := range operators {
		if strings.HasPrefix(rest, op) {
			e.Op, rest = op, rest[len(op):]
			break
		}
	}
	if e.Op == "" {
		return e, fmt.Errorf("threshold %q has no operator among < <= > >= == === !=", text)
	}
	if err := e.parseAggregation(left); err != nil {
		return e, fmt.Errorf("threshold %q: %w", text, err)
	}
	var err error
	if e.Limit, err = number(strings.TrimSpace(rest)); err != nil {
		return e, fmt.Errorf("threshold %q: limit %w", text, err)
	}
	return e, nil
}

func (e *Expr) parseAggregation(s string) error {
	switch s {
	case "count", "rate", "value", "avg", "min", "max", "med":
		e.Aggregation = s
		return nil
	}
	inner, ok := strings.CutPrefix(s, "p(")
	inner, closed := strings.CutSuffix(inner, ")")
	if !ok || !closed {
		return fmt.Errorf("%q is no aggregation: there are count, rate, value, avg, min, max, med and p(N)", s)
	}
	p, err := number(strings.TrimSpace(inner))
	if err != nil {
		return fmt.Errorf("percentile %w", err)
	}
	if !(p >= 0 && p <= 100) {
		return fmt.Errorf("percentile %v is not between 0 and 100", p)
	}
	e.Aggregation, e.Percentile = "p", p
	return nil
}

// number is a finite decimal; the other spellings that Go's parser takes
// (hexadecimal, underscores, Inf) are mistakes in a threshold.
func number(s string) (float64, error) {
	if s == "" || strings.Trim(s, "0123456789.eE+-") != "" {
		return 0, fmt.Errorf("%q is no number", s)
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no number", s)
	}
	return f, nil
}

// aggregations are those that make sense of a metric, by its kind.
var aggregations = map[metric.Kind][]string{
	metric.Counter: {"count", "rate"},
	metric.Gauge:   {"value"},
	metric.Rate:    {"rate"},
	metric.Trend:   {"avg", "min", "max", "med", "p"},
}

// Check says whether the expression makes sense of a metric of that kind.
func (e Expr) Check(kind metric.Kind) error {
	for _, a := range aggregations[kind] {
		if a == e.Aggregation {
			return nil
		}
	}
	return fmt.Errorf("threshold %q: a %v has no %q: it has %s", e.Text, kind, e.Aggregation,
		strings.ReplaceAll(strings.Join(aggregations[kind], ", "), ", p", ", p(N)"))
}

// Observe returns the aggregate of the values; it is false if there is none,
// because there are no samples.
func (e Expr) Observe(kind metric.Kind, v metric.Values, elapsed time.Duration) (float64, bool) {
	if v.Samples == 0 {
		return 0, false
	}
	switch e.Aggregation {
	case "count":
		return v.Sum, true
	case "rate":
		if kind == metric.Counter {
			return v.PerSecond(elapsed)
		}
		return v.Rate()
	case "value":
		return v.Last, true
	case "avg":
		return v.Mean()
	case "min":
		return v.Min, true
	case "max":
		return v.Max, true
	case "med":
		return v.Quantile(0.5)
	}
	return v.Quantile(e.Percentile / 100)
}

// Met compares an observed aggregate with the limit. NaN meets nothing.
func (e Expr) Met(observed float64) bool {
	switch e.Op {
	case "<":
		return observed < e.Limit
	case "<=":
		return observed <= e.Limit
	case ">":
		return observed > e.Limit
	case ">=":
		return observed >= e.Limit
	case "!=":
		return observed < e.Limit || observed > e.Limit
	}
	return observed == e.Limit
}
