package kubewatch

import (
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

func TestMetricHealth(t *testing.T) {
	at := func(s int) time.Time { return time.Date(2026, 1, 2, 3, 4, s, 0, time.UTC) }
	hpa := func(status, reason string, since int, current *float64) observation.HPA {
		return observation.HPA{
			Name:       "h",
			Metrics:    []observation.HPAMetric{{Type: "Pods", Name: "rps", Current: current}},
			Conditions: []observation.Condition{{Type: "ScalingActive", Status: status, Reason: reason, Since: at(since)}},
		}
	}
	good := hpa("True", "ValidMetricFound", 0, ptr(1.0))
	failed := hpa("False", "FailedGetPodsMetric", 8, ptr(1.0))
	missing := hpa("True", "ValidMetricFound", 0, nil)
	deleted := failed
	deleted.Deleted = true
	tests := map[string]struct {
		seen     []observation.HPA // one every ten seconds; watching ends after them
		from, to int               // to 0: no gap
		reason   string
	}{
		"healthy":                       {seen: []observation.HPA{good, good}},
		"scaled to zero is not blind":   {seen: []observation.HPA{hpa("False", "ScalingDisabled", 0, nil)}},
		"blind since the condition":     {[]observation.HPA{good, failed, failed, good}, 8, 30, "FailedGetPodsMetric"},
		"one of the metrics is missing": {[]observation.HPA{good, missing, good}, 10, 20, `Pods metric "rps"`},
		"blind to the end":              {[]observation.HPA{good, failed}, 8, 20, "FailedGetPodsMetric"},
		"blind from the start":          {[]observation.HPA{{Name: "h"}, good}, 0, 10, "not reported"},
		"deleted while blind":           {[]observation.HPA{good, failed, deleted}, 8, 20, "FailedGetPodsMetric"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			to := &sink{}
			m := newMetricHealth(to)
			for i, h := range tt.seen {
				m.see(at(10*i), &h)
			}
			m.close(at(10 * len(tt.seen)))
			if tt.to == 0 {
				if len(to.records) != 0 {
					t.Errorf("recorded %+v, want nothing", to.records[0].Gap)
				}
				return
			}
			if len(to.records) != 1 {
				t.Fatalf("%d records, want one gap", len(to.records))
			}
			g := to.records[0].Gap
			if g.Source != "hpa h metrics" || !g.From.Equal(at(tt.from)) || !g.To.Equal(at(tt.to)) || !strings.Contains(g.Reason, tt.reason) {
				t.Errorf("gap %+v, want from %d to %d for %q", *g, tt.from, tt.to, tt.reason)
			}
		})
	}
}
