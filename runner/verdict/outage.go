package verdict

import (
	"fmt"
	"time"

	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/stat"
	"github.com/artisan-platform/headroom/runner/unit"
)

// longestLook bounds how long after a disruption is looked at, whatever the
// times in a damaged log say. No load of a plan lasts longer than a week.
const longestLook = 8 * 24 * time.Hour

// outage is how a disruption was felt by those who asked.
type outage struct {
	// over is how long after the disruption the first good second began that
	// enough others followed; 0 if it was never felt, nil if it was not over.
	over             *time.Duration
	until            time.Time     // end of the last second that was looked at
	requests, failed uint64        // that ended until it was over
	slowest          time.Duration // response of them, from due time
	seen             uint64        // requests that ended until the last second looked at
}

// moment is how the requests of one second ended.
type moment struct {
	count, failed uint64
	response      stat.Histogram
}

// good reports whether a second is as it should be. One in which no request
// ended is not: silence is no answer.
func (m moment) good(terms spec.Recovery) bool {
	if m.count == 0 || float64(m.failed) > terms.Errors*float64(m.count) {
		return false
	}
	p95, ok := m.response.Quantile(0.95)
	return terms.P95 == 0 || ok && p95 <= terms.P95
}

// outage looks at each whole second from a disruption on, until enough good
// ones came in a row. The second in which it happened counts whole.
func (j *judge) outage(terms spec.Recovery, from time.Time) outage {
	first := from.Truncate(time.Second)
	seconds := j.seconds(terms, first)
	out := outage{until: first}
	var sum moment // of the good seconds in a row
	row := time.Duration(0)
	end := earlier(j.endOf(terms.Load), first.Add(longestLook))
	for at := first; !at.Add(time.Second).After(end); at = at.Add(time.Second) {
		m := seconds[at.Unix()]
		out.until = at.Add(time.Second)
		out.seen += m.count
		if !m.good(terms) {
			out.add(sum)
			out.add(m)
			sum, row = moment{}, 0
			continue
		}
		sum.add(m)
		if row += time.Second; row >= terms.For {
			out.over = ptr(max(out.until.Add(-row).Sub(from), 0))
			return out
		}
	}
	out.add(sum)
	return out
}

func (o *outage) add(m moment) {
	o.requests += m.count
	o.failed += m.failed
	if m.count > 0 {
		o.slowest = max(o.slowest, m.response.Max())
	}
}

func (m *moment) add(n moment) {
	m.count += n.count
	m.failed += n.failed
	m.response.Merge(n.response)
}

// seconds are the requests that terms are about, by the second in which they
// ended.
func (j *judge) seconds(terms spec.Recovery, from time.Time) map[int64]moment {
	out := make(map[int64]moment)
	for _, r := range j.run.Requests {
		if r.Second.Before(from) || terms.Load != "" && r.Load != terms.Load || terms.Endpoint != "" && r.Name != terms.Endpoint {
			continue
		}
		m := out[r.Second.Unix()]
		m.add(moment{r.Count, r.Failed, r.Response})
		out[r.Second.Unix()] = m
	}
	return out
}

// endOf is when a load ended, or the last of those that have requests.
func (j *judge) endOf(load string) time.Time {
	var end time.Time
	for _, l := range j.plan.Loads {
		if l.Queue != nil || load != "" && l.Name != load {
			continue
		}
		if _, to, ok := j.run.Span(l.Name); ok {
			end = later(end, to)
		}
	}
	return end
}

// length says how long a disruption was felt.
func (o outage) length() string {
	if *o.over == 0 {
		return "not felt"
	}
	return unit.Duration(*o.over)
}

func (o outage) describe() string {
	return fmt.Sprintf("%s of %s requests failed, and the slowest took %s", unit.Count(o.failed), unit.Count(o.requests), unit.Duration(o.slowest))
}
