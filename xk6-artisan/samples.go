package artisan

import (
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

// The metrics of the extension.
const (
	DueMetric      = "http_req_due_duration"    // trend: latency from when a request was due, in milliseconds
	DroppedMetric  = "artisan_dropped_requests" // counter: requests of attacks that were due and never sent
	ExpectedMetric = "artisan_expectations"     // rate: expectations that were met
)

// Sample is a value of a metric, whichever engine measured it.
type Sample struct {
	Metric string
	Kind   metric.Kind
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
		{Metric: "http_reqs", Kind: metric.Counter, Value: 1},
		{Metric: durationMetric, Kind: metric.Trend, Value: ms(q.Ended.Sub(q.Started))},
		{Metric: DueMetric, Kind: metric.Trend, Value: ms(q.Ended.Sub(q.Due))},
		{Metric: "http_req_failed", Kind: metric.Rate, Value: failed},
		{Metric: "data_sent", Kind: metric.Counter, Value: float64(q.Sent)},
		{Metric: "data_received", Kind: metric.Counter, Value: float64(q.Received)},
	} {
		s.Time, s.Tags = q.Ended, all
		list = append(list, s)
	}
	return list
}

const durationMetric = "http_req_duration"

// Kind is the kind of a metric by its name, such as "trend". Whatever is none is
// a counter.
func Kind(name string) metric.Kind {
	for _, k := range []metric.Kind{metric.Gauge, metric.Rate, metric.Trend} {
		if strings.EqualFold(name, k.String()) {
			return k
		}
	}
	return metric.Counter
}
