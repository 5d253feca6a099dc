package artisan

import (
	"maps"
	"strconv"
	"time"
)

// DurationMetric is how long a request took, in milliseconds: a trend that every
// engine has.
const DurationMetric = "http_req_duration"

// The metrics of the extension.
const (
	DueMetric      = "http_req_due_duration"    // trend: latency from when a request was due, in milliseconds
	DroppedMetric  = "artisan_dropped_requests" // counter: requests of attacks that were due and never sent
	ExpectedMetric = "artisan_expectations"     // rate: expectations that were met
)

// Sample is a value of a metric, whichever engine measured it.
type Sample struct {
	Metric string
	Kind   string // counter, gauge, rate or trend
	Time   time.Time
	Value  float64
	Tags   map[string]string
}

// Samples are what a request of an attack is worth: those of a request of
// k6/http that an attack can tell, and DueMetric. They share their tags.
func (q Request) Samples(tags map[string]string) []Sample {
	all := maps.Clone(tags)
	if all == nil {
		all = make(map[string]string)
	}
	if all["name"] == "" {
		all["name"] = q.URL
	}
	all["url"], all["method"], all["status"] = all["name"], q.Method, strconv.Itoa(q.Status)
	all["expected_response"] = strconv.FormatBool(!q.Failed)
	if q.Error != "" {
		all["error"] = q.Error
	}
	failed := 0.0
	if q.Failed {
		failed = 1
	}
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	var list []Sample
	for _, s := range []Sample{
		{Metric: "http_reqs", Kind: "counter", Value: 1},
		{Metric: DurationMetric, Kind: "trend", Value: ms(q.Ended.Sub(q.Started))},
		{Metric: DueMetric, Kind: "trend", Value: ms(q.Ended.Sub(q.Due))},
		{Metric: "http_req_failed", Kind: "rate", Value: failed},
		{Metric: "data_sent", Kind: "counter", Value: float64(q.Sent)},
		{Metric: "data_received", Kind: "counter", Value: float64(q.Received)},
	} {
		s.Time, s.Tags = q.Ended, all
		list = append(list, s)
	}
	return list
}
