package k6http

import (
	"strconv"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// measure emits the samples of all hops of a request.
func (m *module) measure(r *request, result *result) {
	for _, h := range result.hops {
		tags := &sampleTags{r, h, m.vu}
		b, t := m.vu.Test.Builtin, h.trace.timings(h.ended)
		b.HTTPReqs.Add(1, tags)
		for _, s := range []struct {
			to    *metric.Metric
			value float64
		}{
			{b.HTTPReqDuration, t.duration}, {b.HTTPReqBlocked, t.blocked}, {b.HTTPReqConnecting, t.connecting},
			{b.HTTPReqTLS, t.tls}, {b.HTTPReqSending, t.sending}, {b.HTTPReqWaiting, t.waiting}, {b.HTTPReqReceiving, t.receiving},
		} {
			s.to.Add(s.value, tags)
		}
		if r.expect != nil {
			b.HTTPReqFailed.Add(truth(!h.expected(r)), tags)
		}
	}
	sent, received := m.client.traffic.take()
	m.vu.Test.Builtin.DataSent.Add(float64(sent), m.vu)
	m.vu.Test.Builtin.DataReceived.Add(float64(received), m.vu)
}

func (h *hop) expected(r *request) bool {
	return h.err == nil && (r.expect == nil || r.expect.contain(h.status))
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// sampleTags are the tags of the samples of one hop. None of them costs
// anything until it is asked for.
type sampleTags struct {
	request *request
	hop     *hop
	vu      *vu.VU
}

var _ metric.Tags = (*sampleTags)(nil)

// Tag implements metric.Tags.
func (t *sampleTags) Tag(key string) (string, bool) {
	if v, ok := t.request.tags[key]; ok {
		return v, true
	}
	switch key {
	case "name", "url":
		if t.request.name != "" {
			return t.request.name, true
		}
		return t.hop.url, true
	case "method":
		return t.hop.method, true
	case "status":
		return strconv.Itoa(t.hop.status), true
	case "group":
		return t.request.group, true
	case "proto":
		return t.hop.proto, t.hop.proto != ""
	case "expected_response":
		return strconv.FormatBool(t.hop.expected(t.request)), t.request.expect != nil
	case "error":
		return t.hop.errorText(), t.hop.err != nil
	case "error_code":
		code := t.hop.errorCode()
		return strconv.Itoa(code), code != 0
	case "tls_version":
		return tlsVersion(t.hop.tls), t.hop.tls != nil
	}
	return t.vu.Tag(key)
}
