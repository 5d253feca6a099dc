package verdict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/unit"
)

// failures counts the requests that an errors objective is about.
type failures struct {
	count, failed uint64
	answered      uint64 // failed although a response came: never the generator's doing
	causes        map[string]uint64
}

func (j *judge) failures(load string) failures {
	f := failures{causes: make(map[string]uint64)}
	for _, r := range j.run.Requests {
		if load == "" || r.Load == load {
			f.add(r)
		}
	}
	return f
}

func (f *failures) add(r observation.Requests) {
	f.count += r.Count
	f.failed += r.Failed
	if r.Class != noResponse {
		f.answered += r.Failed
	}
	for cause, n := range r.Causes {
		f.causes[cause] += n
	}
}

// errors judges the share of failed requests. A starved generator may time out
// by itself: then only failures with a response are held against the target.
func (j *judge) errors(want spec.Errors) Objective {
	f := j.failures(want.Load)
	o := Objective{Name: or(want.Name, "errors"), Group: groupErrors, Value: none, Margin: none,
		Limit: "<= " + unit.Percent(want.Max), Samples: f.count,
		Evidence: "records requests, " + j.span(j.from, j.to)}
	if f.count == 0 {
		return o.inconclusive("no request ended")
	}
	share := float64(f.failed) / float64(f.count)
	o.Value, o.Margin = unit.Percent(share), unit.SignedPercent(want.Max-share)
	if f.count < want.MinSamples {
		return o.inconclusive(fmt.Sprintf("%s requests are too few: it takes %s", unit.Count(f.count), unit.Count(want.MinSamples)))
	}
	met := share <= want.Max
	held, lost := j.heldGenerator(want.Load), j.lost(want.Load)
	switch answered := float64(f.answered) / float64(f.count); {
	case held != "" && answered <= want.Max:
		return o.inconclusive("the generator did not drive the load as planned: " + held)
	case !met:
		return o.fail(fmt.Sprintf("%s of %s requests failed: %s", unit.Count(f.failed), unit.Count(f.count), or(f.top(), "no cause recorded")))
	}
	if float64(f.failed+lost) > want.Max*float64(f.count+lost) && lost > 0 {
		return o.inconclusive(fmt.Sprintf("%s requests were started and left no record of how they ended", unit.Count(lost)))
	}
	return o.pass()
}

func (j *judge) heldGenerator(load string) string {
	for _, h := range j.sickGenerators(load) {
		if why := h.held(j.plan.Objectives.Generator); why != "" {
			return why
		}
	}
	return ""
}

// top names the most frequent causes.
func (f *failures) top() string {
	type cause struct {
		text string
		n    uint64
	}
	var all []cause
	for text, n := range f.causes {
		all = append(all, cause{text, n})
	}
	slices.SortFunc(all, func(a, b cause) int {
		return cmp.Or(cmp.Compare(b.n, a.n), strings.Compare(a.text, b.text))
	})
	var parts []string
	for _, c := range all[:min(len(all), 3)] {
		parts = append(parts, fmt.Sprintf("%s times %s", unit.Count(c.n), c.text))
	}
	return strings.Join(parts, ", ")
}
