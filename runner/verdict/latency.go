package verdict

import (
	"fmt"
	"time"

	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/stat"
	"github.com/artisan-platform/headroom/runner/unit"
)

// noResponse is the class of requests that got no response.
const noResponse = "error"

// timings are the response times of the requests that an objective is about.
type timings struct {
	response stat.Histogram // from due time, of requests that got a response
	service  stat.Histogram // from the request's start, of the same
	silent   uint64         // requests that got no response
}

func (j *judge) timings(load, endpoint string) timings {
	var t timings
	for _, r := range j.run.Requests {
		switch {
		case load != "" && r.Load != load, endpoint != "" && r.Name != endpoint:
		case r.Class == noResponse:
			t.silent += r.Count
		default:
			t.response.Merge(r.Response)
			t.service.Merge(r.Service)
		}
	}
	return t
}

// latency judges a quantile of the response time. Requests without a response
// have no response time: the errors objectives count them, and too many of
// them take a pass away, since the quantile of the rest would flatter.
func (j *judge) latency(want spec.Latency) Objective {
	t := j.timings(want.Load, want.Endpoint)
	what := quantileName(want.Quantile)
	o := Objective{Name: or(want.Name, what+" latency"), Group: groupLatency, Value: none, Margin: none,
		Limit: what + " <= " + unit.Exact(want.Max), Samples: t.response.Count(),
		Evidence: fmt.Sprintf("records requests, %s; from due time, +-%s; %s without a response left out",
			j.span(j.from, j.to), unit.Percent(stat.RelativeError), unit.Count(t.silent))}
	value, ok := t.response.Quantile(want.Quantile)
	if !ok {
		return o.inconclusive("no request of " + selection(want) + " got a response")
	}
	o.Value, o.Margin = unit.Duration(value), unit.SignedDuration(want.Max-value)
	if t.response.Count() < want.MinSamples {
		return o.inconclusive(fmt.Sprintf("%s samples are too few for %s: it takes %s",
			unit.Count(t.response.Count()), what, unit.Count(want.MinSamples)))
	}
	met := value <= want.Max
	if sick := j.sickGenerators(want.Load); len(sick) > 0 {
		return j.latencyOfSick(o, t, want, sick)
	}
	unknown, total := t.silent+j.lost(want.Load), t.response.Count()+t.silent+j.lost(want.Load)
	if met && float64(unknown) > (1-want.Quantile)*float64(total) {
		return o.inconclusive(fmt.Sprintf("%s of %s requests got no response or left no record of it, so the %s of the others says too little",
			unit.Count(unknown), unit.Count(total), what))
	}
	if !met {
		return o.fail(fmt.Sprintf("the %s from due time is %s, %s over its limit%s", what, unit.Duration(value), unit.Duration(value-want.Max), j.slowest(want)))
	}
	return o.pass()
}

// lost counts the requests that a load started, or all loads did, and of which
// no result is in the log: those on their way when the run ended, or a damaged
// log. A pass must not rest on them.
func (j *judge) lost(load string) uint64 {
	var started, ended uint64
	for _, l := range j.plan.Loads {
		if load == "" || load == l.Name {
			started += j.health[l.Name].started
		}
	}
	for _, r := range j.run.Requests {
		if load == "" || r.Load == load {
			ended += r.Count
		}
	}
	return started - min(started, ended)
}

// latencyOfSick judges a latency although its generator was unhealthy. It
// fails where the target's own share is beyond the limit for certain: the
// service time, less all delay that the generator may have added. Then late or
// dropped requests are the consequence and not the cause.
func (j *judge) latencyOfSick(o Objective, t timings, want spec.Latency, sick []*health) Objective {
	limit := j.plan.Objectives.Generator
	var delay time.Duration
	why := ""
	for _, h := range sick {
		if h.held(limit) != "" {
			delay = max(delay, h.delay())
		}
		why = or(why, h.sick(limit))
	}
	service, ok := t.service.Quantile(want.Quantile)
	if ok && service > want.Max && service-want.Max > delay {
		o.Value, o.Margin = unit.Duration(service), unit.SignedDuration(want.Max-service)
		return o.fail(fmt.Sprintf("the %s from the request's start is %s, which no delay of the generator explains (%s)",
			quantileName(want.Quantile), unit.Duration(service), why))
	}
	return o.inconclusive("the generator did not drive the load as planned: " + why)
}

// sickGenerators are the unhealthy generators among those of one load, or of
// all.
func (j *judge) sickGenerators(load string) []*health {
	var out []*health
	for _, l := range j.plan.Loads {
		if h := j.health[l.Name]; (load == "" || load == l.Name) && h.sick(j.plan.Objectives.Generator) != "" {
			out = append(out, h)
		}
	}
	return out
}

// slowest names the second with the worst quantile, for a person to start at.
func (j *judge) slowest(want spec.Latency) string {
	var at time.Time
	var most time.Duration
	for _, s := range j.perSecond(want) {
		if s.value > most {
			at, most = s.second, s.value
		}
	}
	if at.IsZero() {
		return ""
	}
	return fmt.Sprintf("; its slowest second is %s, at %s", j.at(at), unit.Duration(most))
}

// second is the quantile of one second's responses.
type second struct {
	second time.Time
	value  time.Duration
}

// perSecond returns the objective's quantile of each second that has samples.
func (j *judge) perSecond(want spec.Latency) []second {
	var out []second
	var sum stat.Histogram
	var at time.Time
	flush := func() {
		if q, ok := sum.Quantile(want.Quantile); ok {
			out = append(out, second{at, q})
		}
		sum = stat.Histogram{}
	}
	for _, r := range j.run.Requests {
		if r.Class == noResponse || want.Load != "" && r.Load != want.Load || want.Endpoint != "" && r.Name != want.Endpoint {
			continue
		}
		if !r.Second.Equal(at) {
			flush()
			at = r.Second
		}
		sum.Merge(r.Response)
	}
	flush()
	return out
}

func quantileName(q float64) string { return "p" + unit.Number(100*q) }

func selection(want spec.Latency) string {
	switch {
	case want.Load == "" && want.Endpoint == "":
		return "any load"
	case want.Endpoint == "":
		return fmt.Sprintf("load %q", want.Load)
	case want.Load == "":
		return fmt.Sprintf("endpoint %q", want.Endpoint)
	}
	return fmt.Sprintf("endpoint %q of load %q", want.Endpoint, want.Load)
}

// loads sums up each load of the plan.
func (j *judge) loads() []LoadStat {
	out := []LoadStat{}
	for _, l := range j.plan.Loads {
		h := j.health[l.Name]
		s := LoadStat{Load: l.Name, Due: h.due, Dropped: h.dropped, LagP99: p99(h.lag)}
		var all stat.Histogram
		for _, r := range j.run.Requests {
			if r.Load == l.Name {
				s.Requests += r.Count
				s.Failed += r.Failed
				all.Merge(r.Response)
			}
		}
		s.P50, _ = all.Quantile(0.5)
		s.P95, _ = all.Quantile(0.95)
		s.P99 = p99(all)
		s.Max = all.Max()
		if from, to, ok := j.run.Span(l.Name); ok && to.After(from) {
			seconds := to.Sub(from).Seconds()
			s.Offered, s.Achieved = float64(h.due)/seconds, float64(s.Requests)/seconds
		}
		out = append(out, s)
	}
	return out
}
