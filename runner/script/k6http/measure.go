package k6http

import (
	"maps"
	"strconv"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// timings are the stages of a request in milliseconds. Duration is sending,
// waiting and receiving; it leaves out making the connection.
type timings struct {
	blocked, connecting, tls, sending, waiting, receiving, duration float64
}

// timings measures a hop. Stages that it did not reach take no time.
func (h *hop) timings() timings {
	r := &h.res
	t := timings{connecting: ms(h.stages.Connect), tls: ms(h.stages.TLS)}
	if !r.Started.IsZero() {
		t.blocked = max(0, ms(r.Started.Sub(h.started)-h.stages.Connect-h.stages.TLS))
		t.sending = between(r.Started, r.Wrote)
	}
	t.waiting = between(r.Wrote, r.FirstByte)
	t.receiving = between(r.FirstByte, r.Ended)
	if r.FirstByte.IsZero() && !r.Wrote.IsZero() {
		t.waiting = between(r.Wrote, r.Ended) // sent, and never answered
	}
	t.duration = t.sending + t.waiting + t.receiving
	return t
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// between is the time from a to b in milliseconds, 0 if one is not known.
func between(a, b time.Time) float64 {
	if a.IsZero() || b.IsZero() {
		return 0
	}
	return max(0, ms(b.Sub(a)))
}

// measure emits the samples of all hops of a call.
func (m *module) measure(k *call) {
	for h := range k.hops {
		if !h.cut && h.request != nil {
			m.measureHop(h)
		}
	}
	b := m.vu.Test.Builtin
	sent, received := m.client.traffic.Take()
	if sent > 0 || received > 0 {
		m.vu.Samples.Take(&metric.Event{Tags: m.vu, Time: time.Now(), Points: []metric.Point{
			{Metric: b.DataSent, Value: float64(sent)}, {Metric: b.DataReceived, Value: float64(received)},
		}})
	}
}

func (m *module) measureHop(h *hop) {
	b, t := m.vu.Test.Builtin, h.timings()
	expected := h.expected()
	points := [...]metric.Point{
		{Metric: b.HTTPReqs, Value: 1},
		{Metric: b.HTTPReqDuration, Value: t.duration}, {Metric: b.HTTPReqBlocked, Value: t.blocked},
		{Metric: b.HTTPReqConnecting, Value: t.connecting}, {Metric: b.HTTPReqTLS, Value: t.tls},
		{Metric: b.HTTPReqSending, Value: t.sending}, {Metric: b.HTTPReqWaiting, Value: t.waiting},
		{Metric: b.HTTPReqReceiving, Value: t.receiving},
		{Metric: b.HTTPReqFailed, Value: truth(!expected)},
	}
	e := metric.Event{Points: points[:], Tags: &hopTags{h, m.vu}, Time: h.ended, Endpoint: h.endpoint(m.vu.Test),
		Outcome: metric.Outcome{Failed: !expected, Service: ms(h.ended.Sub(h.started)),
			Response: ms(h.ended.Sub(h.due)), Due: h.due != h.started}}
	if h.request.expect == nil {
		e.Points = points[:len(points)-1] // nothing is expected, so that nothing can fail
	}
	m.vu.Samples.Take(&e)
}

// expected tells whether a hop came to what counts as success.
func (h *hop) expected() bool {
	return h.err == nil && (h.challenge || h.request.expect == nil || h.request.expect.contain(h.res.Status))
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// hopTags are the tags of the samples of one hop. None of them costs anything
// until it is asked for.
type hopTags struct {
	hop *hop
	vu  *vu.VU
}

var _ metric.Tags = (*hopTags)(nil)

// tagNames are the system tags of a hop.
var tagNames = []string{"name", "url", "method", "status", "group", "proto", "expected_response", "error", "error_code", "tls_version", "ip"}

// Tag implements metric.Tags.
func (t *hopTags) Tag(key string) (string, bool) {
	if v, ok := t.hop.request.tags[key]; ok {
		return v, true
	}
	if t.vu.Test.Options.SystemTags.Has(key) {
		if v, ok := t.system(key); ok {
			return v, true
		}
	}
	return t.vu.Tag(key)
}

// Put implements metric.Tags.
func (t *hopTags) Put(into metric.Set) {
	t.vu.Put(into)
	for _, key := range tagNames {
		if v, ok := t.system(key); ok && t.vu.Test.Options.SystemTags.Has(key) {
			into[key] = v
		}
	}
	maps.Copy(into, t.hop.request.tags)
}

func (t *hopTags) system(key string) (string, bool) {
	h := t.hop
	switch key {
	case "name", "url":
		if h.request.name != "" {
			return h.request.name, true
		}
		return h.target.url, true
	case "method":
		return h.method, true
	case "status":
		return strconv.Itoa(h.res.Status), true
	case "group":
		return h.request.group, true
	case "proto":
		return h.proto, h.proto != "" && h.res.Status > 0
	case "expected_response":
		return strconv.FormatBool(h.expected()), h.request.expect != nil
	case "error":
		return h.errorText(), h.err != nil
	case "error_code":
		code := h.errorCode()
		return strconv.Itoa(code), code != 0
	case "tls_version":
		return tlsVersion(h.tls), h.tls != nil
	case "ip":
		ip, _ := h.remoteAddr()
		return ip, ip != ""
	}
	return "", false
}
