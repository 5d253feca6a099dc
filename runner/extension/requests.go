package extension

import (
	"maps"
	"strconv"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

// requests counts the requests of one attack as those of the script.
type requests struct {
	user     *user
	tags     metric.Set
	scenario string
}

var _ artisan.Requests = (*requests)(nil)

// Started implements artisan.Requests.
func (r *requests) Started(due, started time.Time) {
	if m := r.user.vu.Test.Meter; m != nil {
		m.Started(due, started)
	}
	r.user.vu.Samples.Lag(ms(started.Sub(due)))
}

// Dropped implements artisan.Requests. They are no iterations of the script.
func (r *requests) Dropped(due time.Time, n uint64) {
	if m := r.user.vu.Test.Meter; m != nil {
		m.Dropped(due, n)
	}
	r.user.vu.Samples.Add(r.user.dropped, float64(n), r.tags)
}

// Done implements artisan.Requests.
func (r *requests) Done(q artisan.Request) {
	t := r.user.vu.Test
	if t.Meter != nil {
		q.Scenario = r.scenario
		t.Meter.Done(q.Request)
	}
	b := t.Builtin
	failed := 0.0
	if q.Failed {
		failed = 1
	}
	service, due := ms(q.Ended.Sub(q.Started)), ms(q.Ended.Sub(q.Due))
	r.user.vu.Samples.Take(&metric.Event{
		Points: []metric.Point{
			{Metric: b.HTTPReqs, Value: 1}, {Metric: b.HTTPReqDuration, Value: service}, {Metric: r.user.due, Value: due},
			{Metric: b.HTTPReqFailed, Value: failed}, {Metric: b.DataReceived, Value: float64(q.Received)}, {Metric: b.DataSent, Value: float64(q.Sent)},
		},
		Tags: &requestTags{r.tags, &q}, Time: q.Ended,
		Endpoint: t.Endpoint(q.Name), Outcome: metric.Outcome{Failed: q.Failed, Service: service, Response: due, Due: true},
	})
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// requestTags are the tags of one request: nothing of them is made before it is
// asked for.
type requestTags struct {
	attack  metric.Set
	request *artisan.Request
}

var _ metric.Tags = (*requestTags)(nil)

// own are the tags that belong to one request.
var own = []string{"name", "url", "method", "status", "expected_response", "error"}

// Tag implements metric.Tags.
func (t *requestTags) Tag(key string) (string, bool) {
	if v, ok := t.attack[key]; ok {
		return v, true
	}
	switch key {
	case "name", "url":
		if name, ok := t.attack["name"]; ok {
			return name, true
		}
		return t.request.URL, true
	case "method":
		return t.request.Method, true
	case "status":
		return strconv.Itoa(t.request.Status), true
	case "expected_response":
		return strconv.FormatBool(!t.request.Failed), true
	case "error":
		return t.request.Error, t.request.Error != ""
	}
	return "", false
}

// Put implements metric.Tags.
func (t *requestTags) Put(into metric.Set) {
	maps.Copy(into, t.attack)
	for _, key := range own {
		if v, ok := t.Tag(key); ok {
			into[key] = v
		}
	}
}
