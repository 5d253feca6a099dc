package promquery

import (
	"encoding/json"
	"fmt"
	"time"
)

// matrix is what a range query was answered with.
type matrix struct {
	series   []Range
	warnings []string
}

// Range is one series over a time.
type Range struct {
	Labels map[string]string
	Points []Point
}

// Point is the value of a series at a time. It may be NaN or infinite.
type Point struct {
	At    time.Time
	Value float64
}

// parseMatrix reads a response of the range query API.
func parseMatrix(body []byte) (matrix, error) {
	r, err := envelope(body)
	if err != nil {
		return matrix{}, err
	}
	if r.Data.Type != "matrix" {
		return matrix{}, fmt.Errorf("the answer is a %q: want a range of values", r.Data.Type)
	}
	var items []struct {
		Metric     map[string]string `json:"metric"`
		Values     []point           `json:"values"`
		Histograms []json.RawMessage `json:"histograms"`
	}
	if err := json.Unmarshal(r.Data.Result, &items); err != nil {
		return matrix{}, fmt.Errorf("decode matrix: %w", err)
	}
	if len(items) > maxSeries {
		return matrix{}, fmt.Errorf("the answer has %d series, more than %d: aggregate the expression", len(items), maxSeries)
	}
	out := matrix{warnings: r.Warnings}
	for _, item := range items {
		if len(item.Histograms) > 0 {
			return matrix{}, fmt.Errorf("series %v has no number: native histograms need histogram_quantile() or the like", item.Metric)
		}
		s := Range{Labels: item.Metric}
		for _, p := range item.Values {
			s.Points = append(s.Points, Point{p.at, p.value})
		}
		out.series = append(out.series, s)
	}
	return out, nil
}
