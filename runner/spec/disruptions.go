package spec

import (
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/artisan-platform/headroom/runner/unit"
)

// disruptions decodes what is broken on purpose; their names must differ.
func (d *decoder) disruptions(p *Plan) func(node) {
	return func(n node) {
		seen := make(map[string]bool)
		each(d, &p.Disruptions, func(n node) Disruption { return d.disruption(n, p, seen) })(n)
	}
}

func (d *decoder) disruption(n node, p *Plan, seen map[string]bool) (x Disruption) {
	d.mapping(n,
		need("name", d.unique(&x.Name, "disruption", seen)),
		need("at", func(n node) {
			d.duration(&x.At, 0)(n)
			d.late = append(d.late, func() {
				if err := p.reaches(x); err != nil {
					d.add(n, "%v", err)
				}
			})
		}),
		need("deletePods", func(n node) {
			d.mapping(n,
				need("selector", d.text(&x.DeletePods.Selector, notEmpty, isSelector)),
				may("grace", d.duration(&x.DeletePods.Grace, 0)),
			)
		}),
	)
	return x
}

func isSelector(s string) error {
	if _, err := labels.Parse(s); err != nil {
		return fmt.Errorf("%q is no label selector: %w; want one such as app=web,role in (primary)", shorten(s), err)
	}
	return nil
}

// reaches fails if the load phase is over before a disruption begins. A script
// that runs as long as it says itself may go on until then.
func (p *Plan) reaches(x Disruption) error {
	if end := p.Duration(); x.At >= end && !p.openEnded() {
		return fmt.Errorf("disruption %q begins at %s, and the last load ends at %s: let it begin while load is driven", x.Name, unit.Exact(x.At), unit.Exact(end))
	}
	return nil
}

// openEnded reports whether a load runs for a time that is not known yet.
func (p *Plan) openEnded() bool {
	return slices.ContainsFunc(p.Loads, func(l Load) bool { return l.Script != nil && l.Script.Duration == 0 })
}

// Reaches fails if the load phase is over before one of the disruptions
// begins, once it is known how long every script runs.
func (p *Plan) Reaches() error {
	for _, x := range p.Disruptions {
		if err := p.reaches(x); err != nil {
			return fmt.Errorf("%s: %w", p.File, err)
		}
	}
	return nil
}

// recovery decodes how soon the load has to be answered again.
func (o *objectives) recovery(n node) Recovery {
	before := len(o.list)
	r := Recovery{For: 15 * time.Second}
	o.mapping(n,
		may("name", o.text(&r.Name, notEmpty)),
		need("disruption", o.disrupted(&r.Disruption)),
		may("load", o.load(&r.Load)),
		may("endpoint", o.text(&r.Endpoint, notEmpty)),
		need("within", o.duration(&r.Within, time.Second)),
		may("for", o.duration(&r.For, time.Second)),
		may("errors", scalar(o.decoder, &r.Errors, unit.ParseFraction)),
		may("p95", o.duration(&r.P95, 1)),
	)
	fallback := "recovery from " + r.Disruption
	if r.Load != "" {
		fallback += ", " + r.Load
	}
	if r.Endpoint != "" {
		fallback += ", " + r.Endpoint
	}
	o.named(n, before, &r.Name, fallback)
	return r
}

// disrupted decodes the name of a disruption.
func (o *objectives) disrupted(to *string) func(node) {
	return o.reference(to, "disruption %q", func() []string {
		var names []string
		for _, x := range o.plan.Disruptions {
			names = append(names, x.Name)
		}
		return names
	})
}

// counter decodes what one counter of a script has to come to.
func (o *objectives) counter(n node) Counter {
	before := len(o.list)
	var c Counter
	o.mapping(n,
		may("name", o.text(&c.Name, notEmpty)),
		need("load", o.scriptLoad(&c.Load)),
		need("counter", o.text(&c.Counter, notEmpty)),
		need("atLeast", o.text(&c.AtLeast, notEmpty)),
	)
	o.named(n, before, &c.Name, fmt.Sprintf("%s of %s", c.Counter, c.Load))
	return c
}

// scriptLoad decodes the name of a load that is a script.
func (o *objectives) scriptLoad(to *string) func(node) {
	return func(n node) {
		o.load(to)(n)
		o.late = append(o.late, func() {
			i := slices.IndexFunc(o.plan.Loads, func(l Load) bool { return l.Name == *to })
			if i >= 0 && o.plan.Loads[i].Vegeta != nil {
				o.add(n, "load %q is no script: it has no counters", *to)
			}
		})
	}
}
