package reports

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/verdict"
)

// hpaCharts show one HPA: its replicas, and what it saw.
func hpaCharts(in Input, a axis, n int, h *hpa) []chart {
	id := "hpa" + strconv.Itoa(n)
	out := []chart{h.replicas(in, a, id)}
	if m := h.metrics(in, a, id); len(m.Series) > 0 {
		out = append(out, m)
	}
	return out
}

func (h *hpa) replicas(in Input, a axis, id string) chart {
	spec := h.last()
	sources := []string{watchHPA, watchDeployment}
	state := func(read func(observation.HPA) int32) []float64 {
		return blanked(a, in.run().Gaps, []string{watchHPA}, held(a, h.seen, func(o observation.HPA) float64 { return present(!o.Deleted, float64(read(o))) }))
	}
	c := chart{ID: id, Title: h.Name + ": replicas", Size: "tall", Sources: sources, Moments: h.moments(in.Result.Events),
		Limits: []limit{{fmt.Sprintf("min %d", spec.Min), float64(spec.Min)}, {fmt.Sprintf("max %d", spec.Max), float64(spec.Max)}},
		Series: []series{
			{Name: "desired", Class: "c1 wide", Shape: step, Values: state(func(o observation.HPA) int32 { return o.Desired })},
			{Name: "current", Class: "c5 dashed", Shape: step, Values: state(func(o observation.HPA) int32 { return o.Current })},
			{Name: "ready", Class: "c3", Shape: step, Values: blanked(a, in.run().Gaps, []string{watchDeployment}, held(a, h.targets, readyReplicas))},
		}}
	if p := h.predicted(a, in.Result.Events); p != nil {
		c.Series = append(c.Series, series{Name: "predicted", Class: "c4 dotted", Shape: step, Values: p})
	}
	return c
}

func readyReplicas(d observation.Deployment) float64 { return present(!d.Deleted, float64(d.Ready)) }

// blanked takes out what is held over a time in which its source was blind.
func blanked(a axis, gaps []observation.Gap, sources []string, values []float64) []float64 {
	for _, g := range gaps {
		if !concerns(g, sources) {
			continue
		}
		for i := range values {
			at := a.from.Add(time.Duration(i) * a.step)
			if at.After(g.From) && at.Before(g.To) {
				values[i] = math.NaN()
			}
		}
	}
	return values
}

// moments are the changes of the desired count and the breaches before them.
func (h *hpa) moments(events []verdict.ScaleEvent) []moment {
	var out []moment
	for _, r := range h.rescales() {
		out = append(out, moment{r.At, strconv.Itoa(int(r.To)), fmt.Sprintf("%s: desired %d → %d", h.Name, r.From, r.To), "rescale"})
	}
	for _, e := range events {
		if e.HPA == h.Name && e.Breach != nil {
			out = append(out, moment{middle(*e.Breach), "breach", fmt.Sprintf("%s: breach, the metric asks for a change from %d", h.Name, e.From), "breach"})
		}
	}
	return out
}

// predicted is the ladder that the rules predict for each event, laid over the
// axis from the event's breach; nil if nothing was predicted.
func (h *hpa) predicted(a axis, events []verdict.ScaleEvent) []float64 {
	var out []float64
	for _, e := range events {
		if e.HPA != h.Name || e.Breach == nil || len(e.Predicted) == 0 {
			continue
		}
		if out == nil {
			out = a.blank()
		}
		breach := e.Breach.Latest // what the steps count from
		level, next := e.From, 0
		for i := range out {
			at := a.from.Add(time.Duration(i) * a.step)
			for next < len(e.Predicted) && !breach.Add(e.Predicted[next].At).After(at) {
				level = e.Predicted[next].To
				next++
			}
			if !at.Before(breach) {
				out[i] = float64(level)
			}
		}
	}
	return out
}

// The sources of gaps in what was watched.
const (
	watchHPA        = "watch hpa"
	watchDeployment = "watch deployment"
)

func (h *hpa) metricSources() []string {
	return []string{watchHPA, "hpa " + h.Name + " metrics", "custom metrics"}
}

// metrics shows each metric as a part of its target, so that all of them share
// an axis: the HPA follows the highest.
func (h *hpa) metrics(in Input, a axis, id string) chart {
	spec := h.last()
	low, high := tolerance(spec.ScaleDown), tolerance(spec.ScaleUp)
	c := chart{ID: id + "m", Title: h.Name + ": metrics against their targets", Unit: asRatio, Sources: h.metricSources(),
		Note:   "as the HPA saw them; shaded: within its tolerance",
		Limits: []limit{{"target", 1}}, Zones: []zone{{1 - low, 1 + high}}}
	classes := []string{"c1 strong", "c2 dashed", "c3 dotted", "c4", "c5 dashed", "c6 dotted"}
	for i, m := range spec.Metrics {
		if !(m.Target > 0) {
			continue
		}
		raw, per := "", " a pod"
		switch m.TargetType {
		case "Utilization":
			raw, per = " %", ""
		case "Value":
			per = ""
		}
		values := held(a, h.seen, func(o observation.HPA) float64 { return reading(o, m) / m.Target })
		c.Series = append(c.Series, series{Name: fmt.Sprintf("%s of %s%s%s", m.Name, number(m.Target), raw, per),
			Class: classes[i%len(classes)], Shape: step, Values: blanked(a, in.run().Gaps, c.Sources, values), Raw: raw + per, Factor: m.Target})
	}
	return c
}

// reading is the value of metric m in one observation, NaN if the HPA had none.
func reading(o observation.HPA, m observation.HPAMetric) float64 {
	for _, got := range o.Metrics {
		if got.Type == m.Type && got.Name == m.Name && got.Current != nil && !o.Deleted {
			return *got.Current
		}
	}
	return math.NaN()
}

func tolerance(r observation.Rules) float64 {
	if r.Tolerance != nil {
		return min(max(*r.Tolerance, 0), 1)
	}
	return 0.1
}
