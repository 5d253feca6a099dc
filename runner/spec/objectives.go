package spec

import (
	"slices"
	"strconv"
	"time"

	"github.com/artisan-platform/headroom/runner/stat"
	"github.com/artisan-platform/headroom/runner/unit"
)

// objectives decodes what the judge decides. A plan without any could only
// pass, which would say nothing.
func (d *decoder) objectives(p *Plan) func(node) {
	return func(n node) {
		o := &p.Objectives
		judged := &objectives{decoder: d, plan: p, seen: make(map[string]bool)}
		ok := d.mapping(n,
			may("latency", each(d, &o.Latency, judged.latency)),
			may("errors", each(d, &o.Errors, judged.errors)),
			may("scaleOut", each(d, &o.ScaleOut, judged.scaleOut)),
			may("queries", each(d, &o.Queries, judged.query)),
			may("recovery", each(d, &o.Recovery, judged.recovery)),
			may("counters", each(d, &o.Counters, judged.counter)),
			may("generator", d.generator(&o.Generator)),
		)
		if !ok || has(n, "latency", "errors", "scaleOut", "queries", "recovery", "counters") {
			return
		}
		d.late = append(d.late, func() {
			// A script may demand something by itself, which only the engine knows.
			if !slices.ContainsFunc(p.Loads, func(l Load) bool { return l.Script != nil }) {
				d.add(n, "nothing to judge: give at least one of latency, errors, scaleOut, queries, recovery and counters")
			}
		})
	}
}

// objectives decodes the objectives of one plan. Names must differ across all
// groups: they are the test cases of the JUnit report.
type objectives struct {
	*decoder
	plan *Plan
	seen map[string]bool
}

// named gives an objective its name, which is fallback if the file has none.
// An objective that has other problems is left alone: before is how many
// there were ahead of it.
func (o *objectives) named(n node, before int, name *string, fallback string) {
	if len(o.list) > before {
		return
	}
	if *name == "" {
		*name = fallback
	}
	if o.seen[*name] {
		o.add(n, "another objective has the name %q: give each a name of its own", *name)
	}
	o.seen[*name] = true
}

// load decodes the name of a load that has requests. It is looked up when the
// whole plan is known.
func (o *objectives) load(to *string) func(node) {
	return func(n node) {
		o.text(to, notEmpty)(n)
		if *to == "" {
			return
		}
		name := *to
		o.late = append(o.late, func() {
			var known []string
			for _, l := range o.plan.Loads {
				switch {
				case l.Name == name && l.Queue != nil:
					o.add(n, "load %q pushes jobs: it has no requests to judge", name)
					return
				case l.Name == name:
					return
				}
				known = append(known, l.Name)
			}
			o.add(n, "unknown load %q%s", shorten(name), hint(name, known))
		})
	}
}

func (o *objectives) latency(n node) Latency {
	before := len(o.list)
	l := Latency{Quantile: 0.95}
	o.mapping(n,
		may("name", o.text(&l.Name, notEmpty)),
		may("load", o.load(&l.Load)),
		may("endpoint", o.text(&l.Endpoint, notEmpty)),
		may("quantile", scalar(o.decoder, &l.Quantile, quantile)),
		need("max", o.duration(&l.Max, 1)),
		may("minSamples", integer(o.decoder, &l.MinSamples, 1, 1<<40)),
	)
	if l.MinSamples == 0 {
		l.MinSamples = stat.MinSamples(l.Quantile)
	}
	fallback := "p" + unit.Number(l.Quantile*100) + " of " + subject(l.Load)
	if l.Endpoint != "" {
		fallback += ", " + l.Endpoint
	}
	o.named(n, before, &l.Name, fallback)
	return l
}

func subject(load string) string {
	if load == "" {
		return "all loads"
	}
	return load
}

func (o *objectives) errors(n node) Errors {
	before := len(o.list)
	e := Errors{MinSamples: 100}
	o.mapping(n,
		may("name", o.text(&e.Name, notEmpty)),
		may("load", o.load(&e.Load)),
		need("max", scalar(o.decoder, &e.Max, unit.ParseFraction)),
		may("minSamples", integer(o.decoder, &e.MinSamples, 1, 1<<40)),
	)
	o.named(n, before, &e.Name, "errors of "+subject(e.Load))
	return e
}

func (o *objectives) scaleOut(n node) ScaleOut {
	before := len(o.list)
	s := ScaleOut{Sync: 15 * time.Second, Slack: 5 * time.Second}
	ok := o.mapping(n,
		may("name", o.text(&s.Name, notEmpty)),
		need("hpa", o.text(&s.HPA, isObject)),
		may("replicas", integer(o.decoder, &s.Replicas, 1, 10_000)),
		may("within", o.duration(&s.Within, time.Second)),
		may("ready", o.duration(&s.Ready, time.Second)),
		may("window", o.duration(&s.Window, 0)),
		may("sync", o.duration(&s.Sync, time.Second)),
		may("slack", o.duration(&s.Slack, 0)),
	)
	s.HasWindow = has(n, "window")
	if ok && !has(n, "replicas") && has(n, "within", "ready") {
		o.add(n, "within and ready need replicas: how many must be there by then?")
	}
	o.named(n, before, &s.Name, "scale-out of "+s.HPA)
	return s
}

func (o *objectives) query(n node) QueryLimit {
	before := len(o.list)
	var q QueryLimit
	ok := o.mapping(n,
		may("name", o.text(&q.Name, notEmpty)),
		need("query", o.watched(&q.Query)),
		may("max", o.number(&q.Max)),
		may("min", o.number(&q.Min)),
		may("for", o.duration(&q.For, 0)),
	)
	switch {
	case !ok:
	case !has(n, "max", "min"):
		o.add(n, "want max, min or both")
	case q.Max != nil && q.Min != nil && *q.Min > *q.Max:
		o.add(n, "min %s is above max %s: no value can meet both", format(*q.Min), format(*q.Max))
	}
	o.named(n, before, &q.Name, "query "+q.Query)
	return q
}

func format(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// watched decodes the name of a query of watch.queries.
func (o *objectives) watched(to *string) func(node) {
	return o.reference(to, "query %q in watch.queries", func() []string {
		var names []string
		for _, q := range o.plan.Watch.Queries {
			names = append(names, q.Name)
		}
		return names
	})
}

// reference decodes the name of what stands elsewhere in the plan: what says of
// what kind, names which there are. It is looked up when the whole plan is
// known.
func (o *objectives) reference(to *string, what string, names func() []string) func(node) {
	return func(n node) {
		o.text(to, notEmpty)(n)
		name := *to
		o.late = append(o.late, func() {
			if known := names(); name != "" && !slices.Contains(known, name) {
				o.add(n, "unknown "+what+"%s", shorten(name), hint(name, known))
			}
		})
	}
}

// generator decodes when the load generator counts as healthy.
func (d *decoder) generator(to *Generator) func(node) {
	return func(n node) {
		d.mapping(n,
			may("maxLag", d.duration(&to.MaxLag, 0)),
			may("maxDropped", scalar(d, &to.MaxDropped, unit.ParseFraction)),
			may("minRate", scalar(d, &to.MinRate, unit.ParseFraction)),
		)
	}
}
