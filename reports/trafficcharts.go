package reports

import (
	"fmt"
	"math"

	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/unit"
)

// trafficCharts show what was asked of the platform and how it answered.
func trafficCharts(in Input, a axis, ts []traffic, moments []moment) []chart {
	per := a.step.Seconds()
	rates := chart{ID: "rate", Title: "Request rate", Unit: perSecond, Moments: moments, Sources: []string{"generator"}, Series: []series{
		{Name: "offered", Class: "c7 wide", Shape: line, Values: curve(ts, func(t traffic) float64 {
			return present(t.generated, float64(t.due)/per)
		})},
		{Name: "achieved", Class: "c1", Shape: line, Values: curve(ts, func(t traffic) float64 {
			return present(t.generated || t.count > 0, float64(t.count)/per)
		})},
	}}
	times := chart{ID: "latency", Title: "Response time, from due", Unit: inSeconds, Size: "tall", Log: true, Moments: moments,
		Sources: []string{"generator"}, Note: "logarithmic", Limits: latencyLimits(in.plan().Objectives.Latency)}
	for _, q := range []struct {
		q     float64
		class string
	}{{0.50, "c3 dotted"}, {0.95, "c1 strong"}, {0.99, "c2 dashed"}} {
		times.Series = append(times.Series, series{Name: quantileName(q.q), Class: q.class, Shape: line,
			Values: curve(ts, func(t traffic) float64 { return quantileOf(t.response, q.q) })})
	}
	errors := chart{ID: "errors", Title: "Failed requests", Unit: perSecond, Size: "small", Moments: moments, Sources: []string{"generator"},
		Series: []series{
			{Name: "failed", Class: "c2", Shape: bars, Values: curve(ts, func(t traffic) float64 {
				return present(t.generated || t.count > 0, float64(t.failed)/per)
			})},
			{Name: "never sent", Class: "c4", Shape: bars, Values: curve(ts, func(t traffic) float64 {
				return present(t.generated, float64(t.dropped)/per)
			})},
		}}
	return []chart{rates, times, errors}
}

// generatorCharts show whether the load generator itself kept up.
func generatorCharts(in Input, ts []traffic) []chart {
	sources := []string{"generator"}
	lag := chart{ID: "lag", Title: "Load generator: lag", Unit: inSeconds, Size: "small", Log: true, Note: "started − due, logarithmic", Sources: sources,
		Series: []series{
			{Name: "p99 lag", Class: "c4", Shape: line, Values: curve(ts, func(t traffic) float64 { return quantileOf(t.lag, 0.99) })},
			{Name: "p99 stall", Class: "c7 dotted", Shape: line, Values: curve(ts, func(t traffic) float64 { return quantileOf(t.stall, 0.99) })},
		}}
	if m := in.plan().Objectives.Generator.MaxLag; m > 0 {
		lag.Limits = []limit{{"limit " + unit.Duration(m), m.Seconds()}}
	}
	cpu := chart{ID: "cpu", Title: "Load generator: CPU", Unit: "cores", Size: "small", Sources: sources, Series: []series{
		{Name: "CPU", Class: "c1", Shape: line, Values: curve(ts, func(t traffic) float64 { return present(t.generated, t.cpu) })},
	}}
	if n := in.run().Info.Host.Cores; n > 0 {
		cpu.Limits = []limit{{fmt.Sprintf("host has %d cores", n), float64(n)}}
	}
	use := chart{ID: "concurrency", Title: "Concurrency", Size: "small", Sources: sources, Series: []series{
		{Name: "in flight", Class: "c1", Shape: line, Values: curve(ts, func(t traffic) float64 { return present(t.generated, float64(t.inFlight)) })},
		{Name: "virtual users", Class: "c5 dashed", Shape: step, Values: curve(ts, func(t traffic) float64 { return present(t.vus > 0, float64(t.vus)) })},
	}}
	return []chart{lag, cpu, use}
}

// latencyLimits are the limits that hold for all loads together, one of each.
func latencyLimits(objectives []spec.Latency) []limit {
	var out []limit
	seen := make(map[string]bool)
	for _, o := range objectives {
		label := fmt.Sprintf("limit of %s: %s", quantileName(o.Quantile), unit.Duration(o.Max))
		if o.Max > 0 && !seen[label] {
			seen[label] = true
			out = append(out, limit{label, o.Max.Seconds()})
		}
	}
	return out
}

func quantileName(q float64) string { return "p" + number(100*q) }

// present is v where there was something to observe, and NaN elsewhere.
func present(ok bool, v float64) float64 {
	if !ok {
		return math.NaN()
	}
	return v
}
