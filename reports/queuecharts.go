package reports

import (
	"math"

	"github.com/artisan-platform/headroom/runner/observation"
)

// queueCharts show the queue, where a load pushed jobs onto one: how many were
// pushed so far, and the length as the HPAs that follow a queue saw it.
func queueCharts(in Input, a axis, hpas []*hpa) []chart {
	run := in.run()
	if len(run.Queues) == 0 {
		return nil
	}
	pushed, measured := series{Name: "pushed so far", Class: "c5 dashed", Shape: step, Values: a.blank()},
		series{Name: "length after a push", Class: "c2 strong", Shape: line, Values: a.blank()}
	total := 0
	for n, q := range run.Queues {
		total += q.V.Pushed
		until := a.to()
		if n+1 < len(run.Queues) {
			until = run.Queues[n+1].At
		}
		fill(a, pushed.Values, q.At, until, float64(total))
		if i, ok := a.bucket(q.At); ok {
			measured.Values[i] = float64(q.V.Length)
		}
	}
	c := chart{ID: "queue", Title: "Queue " + run.Queues[0].V.List, Unit: "jobs", Sources: []string{watchHPA},
		Moments: pushesOf(run), Series: []series{pushed, measured}}
	for _, h := range hpas {
		for _, m := range h.last().Metrics {
			if m.Type == "External" {
				c.Sources = append(c.Sources, h.metricSources()...)
				c.Series = append(c.Series, series{Name: "length as " + h.Name + " saw it", Class: "c1", Shape: step,
					Values: held(a, h.seen, func(o observation.HPA) float64 { return whole(o, m) })})
			}
		}
	}
	return []chart{c}
}

// whole is the value of an external metric for all pods together.
func whole(o observation.HPA, m observation.HPAMetric) float64 {
	v := reading(o, m)
	if m.TargetType == "AverageValue" {
		return math.Round(v * float64(o.Current))
	}
	return v
}
