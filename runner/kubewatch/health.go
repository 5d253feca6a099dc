package kubewatch

import (
	"fmt"
	"slices"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/artisan-platform/headroom/runner/observation"
)

// metricHealth records as a gap every span in which an HPA had no value for
// one of its metrics: it then scales on part of the truth, or not at all,
// whatever the reason, a missing metrics adapter among them. It is used by
// one goroutine at a time.
type metricHealth struct {
	sink  observation.Sink
	blind map[string]blindness // by HPA name
}

type blindness struct {
	from   time.Time
	reason string
}

func newMetricHealth(sink observation.Sink) *metricHealth {
	return &metricHealth{sink: sink, blind: make(map[string]blindness)}
}

// see judges the metrics of an HPA as it was at a time.
func (m *metricHealth) see(at time.Time, h *observation.HPA) {
	reason, since := noMetrics(h)
	_, open := m.blind[h.Name]
	switch {
	case open && (reason == "" || h.Deleted):
		m.end(h.Name, at)
	case !open && reason != "" && !h.Deleted:
		from := at
		if !since.IsZero() && since.Before(at) {
			from = since // the controller knew before we were told
		}
		m.blind[h.Name] = blindness{from, reason}
	}
}

// noMetrics says why an HPA lacks a metric and since when, as far as the HPA
// tells; "" if it lacks none. The value a status keeps after its metric is
// gone does not count: the condition decides.
func noMetrics(h *observation.HPA) (string, time.Time) {
	i := slices.IndexFunc(h.Conditions, func(c observation.Condition) bool {
		return c.Type == string(autoscalingv2.ScalingActive)
	})
	if i < 0 {
		return "the HPA controller has not reported on its metrics yet", time.Time{}
	}
	active := h.Conditions[i]
	if active.Reason == "ScalingDisabled" {
		return "", time.Time{} // scaled to zero by hand: nothing is measured
	}
	if active.Status != string(corev1.ConditionTrue) {
		return fmt.Sprintf("%s: %s", active.Reason, active.Message), active.Since
	}
	for _, metric := range h.Metrics {
		if metric.Current == nil {
			return fmt.Sprintf("%s metric %q has no value", metric.Type, metric.Name), time.Time{}
		}
	}
	return "", time.Time{}
}

func (m *metricHealth) end(name string, at time.Time) {
	b := m.blind[name]
	delete(m.blind, name)
	m.sink.Observe(observation.Record{Time: at, Kind: observation.KindGap, Gap: &observation.Gap{
		Source: "hpa " + name + " metrics", From: b.from.UTC(), To: at.UTC(), Reason: b.reason,
	}})
}

// close ends what is still open at the end of watching, in a stable order.
func (m *metricHealth) close(at time.Time) {
	names := make([]string, 0, len(m.blind))
	for name := range m.blind {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		m.end(name, at)
	}
}
