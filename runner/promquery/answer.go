package promquery

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// answer is what a query was answered with.
type answer struct {
	series   []sample
	warnings []string
}

// sample is one series at one time.
type sample struct {
	labels map[string]string
	at     time.Time
	value  float64
}

// response is the envelope of Prometheus' HTTP API.
type response struct {
	Status    string   `json:"status"`
	ErrorType string   `json:"errorType"`
	Error     string   `json:"error"`
	Warnings  []string `json:"warnings"`
	Data      struct {
		Type   string          `json:"resultType"`
		Result json.RawMessage `json:"result"`
	} `json:"data"`
}

// point is [unix seconds, "value"].
type point struct {
	at    time.Time
	value float64
}

// envelope opens a response. An answer that says it is an error is an error.
func envelope(body []byte) (response, error) {
	var r response
	if err := json.Unmarshal(body, &r); err != nil {
		return response{}, fmt.Errorf("decode the answer of Prometheus: %w", err)
	}
	if r.Status != "success" {
		return response{}, fmt.Errorf("prometheus says %s: %s", r.ErrorType, r.Error)
	}
	return r, nil
}

// parse reads a response of the query API.
func parse(body []byte) (answer, error) {
	r, err := envelope(body)
	if err != nil {
		return answer{}, err
	}
	out := answer{warnings: r.Warnings}
	switch r.Data.Type {
	case "scalar":
		var p point
		if err := json.Unmarshal(r.Data.Result, &p); err != nil {
			return answer{}, fmt.Errorf("decode scalar: %w", err)
		}
		out.series = []sample{{at: p.at, value: p.value}}
		return out, nil
	case "vector":
		series, err := parseVector(r.Data.Result)
		out.series = series
		return out, err
	}
	return answer{}, fmt.Errorf("the answer is a %q: want an instant vector or a scalar", r.Data.Type)
}

func parseVector(raw []byte) ([]sample, error) {
	var items []struct {
		Metric map[string]string `json:"metric"`
		Value  *point            `json:"value"`
	}
	if err := json.Unmarshal(raw, &items); err != nil {
		return nil, fmt.Errorf("decode vector: %w", err)
	}
	if len(items) > maxSeries {
		return nil, fmt.Errorf("the answer has %d series, more than %d: aggregate the expression", len(items), maxSeries)
	}
	series := make([]sample, len(items))
	for i, item := range items {
		if item.Value == nil {
			return nil, fmt.Errorf("series %v has no number: native histograms need histogram_quantile() or the like", item.Metric)
		}
		series[i] = sample{labels: item.Metric, at: item.Value.at, value: item.Value.value}
	}
	return series, nil
}

// UnmarshalJSON reads the pair of time and value; the value is a string, so
// that NaN and the infinities have a form.
func (p *point) UnmarshalJSON(b []byte) error {
	var pair []json.RawMessage
	if err := json.Unmarshal(b, &pair); err != nil {
		return fmt.Errorf("decode sample: %w", err)
	}
	if len(pair) != 2 {
		return fmt.Errorf("decode sample: %d parts, want time and value", len(pair))
	}
	var seconds float64
	if err := json.Unmarshal(pair[0], &seconds); err != nil {
		return fmt.Errorf("decode sample: time: %w", err)
	}
	if math.Abs(seconds) > 1e11 {
		return errors.New("decode sample: the time is beyond the year 5000")
	}
	var text string
	if err := json.Unmarshal(pair[1], &text); err != nil {
		return fmt.Errorf("decode sample: value: %w", err)
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("decode sample: value: %w", err)
	}
	p.at, p.value = time.UnixMilli(int64(math.Round(seconds*1000))).UTC(), value
	return nil
}
