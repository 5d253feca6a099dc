package spec

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// cluster decodes the cluster section.
func (d *decoder) cluster(to *Cluster) func(node) {
	return func(n node) {
		d.mapping(n,
			may("name", d.text(&to.Name, isObject)),
			may("config", d.kindConfig(&to.Config)),
		)
	}
}

// kindConfig decodes the path of a kind config. Whether the file is there
// matters only to a plan that is about to run, not to one read from a log.
func (d *decoder) kindConfig(to *string) func(node) {
	return func(n node) {
		d.text(to, notEmpty)(n)
		if *to == "" {
			return
		}
		*to = d.beside(*to)
		if d.stat == nil {
			return
		}
		if _, err := d.stat(*to); err != nil {
			d.add(n, "cannot find the kind config: %v", err)
		}
	}
}

// stack decodes the stack section.
func (d *decoder) stack(to *Stack) func(node) {
	return func(n node) {
		d.mapping(n,
			may("level", d.oneOf(&to.Level, "core", "full")),
			may("platform", d.platform(&to.Platform)),
		)
	}
}

func (d *decoder) platform(to *Platform) func(node) {
	return func(n node) {
		d.mapping(n,
			may("backend", d.workload(&to.Backend)),
			may("frontend", d.workload(&to.Frontend)),
			may("worker", d.workload(&to.Worker)),
		)
	}
}

// workload decodes one Deployment of the platform. All keys but env say how an
// image of the user's own runs; the stand-in would not understand them.
func (d *decoder) workload(to *Workload) func(node) {
	return func(n node) {
		image, probes := false, true
		var own, probed []node
		seen := func(list *[]node, key string, decode func(node)) field {
			return may(key, func(n node) { *list = append(*list, n); decode(n) })
		}
		d.mapping(n,
			may("image", func(n node) { image = true; d.text(&to.Image, notEmpty)(n) }),
			seen(&own, "command", each(d, &to.Command, d.word)),
			seen(&own, "args", each(d, &to.Args, d.word)),
			seen(&own, "port", integer(d, &to.Port, 1, 65535)),
			seen(&probed, "readyPath", d.text(&to.ReadyPath, isPath)),
			seen(&probed, "livePath", d.text(&to.LivePath, isPath)),
			seen(&own, "metricsPath", d.text(&to.MetricsPath, isPath)),
			seen(&own, "probes", d.yesNo(&probes)),
			may("env", d.table(&to.Env, isEnv)),
		)
		to.NoProbes = !probes
		for _, n := range probed {
			if to.NoProbes {
				d.add(n, "a path to probe, and probes: false: leave out one of them")
			}
		}
		for _, n := range append(own, probed...) {
			if !image {
				d.add(n, "belongs to an image of your own: give image too")
			}
		}
	}
}

// yesNo decodes true or false.
func (d *decoder) yesNo(to *bool) func(node) {
	return func(n node) {
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" {
			d.add(n, "want true or false, found %s", kind(n))
			return
		}
		*to = strings.EqualFold(n.Value, "true")
	}
}

// isPath checks the path of an HTTP request.
func isPath(s string) error {
	if !strings.HasPrefix(s, "/") {
		return fmt.Errorf("%q is no path: it must begin with /", shorten(s))
	}
	return nil
}

// word decodes one entry of a list of texts.
func (d *decoder) word(n node) (s string) {
	d.text(&s)(n)
	return s
}

// oneOf decodes one of a few words.
func (d *decoder) oneOf(to *string, known ...string) func(node) {
	return func(n node) {
		var s string
		d.text(&s, notEmpty)(n)
		for _, k := range known {
			if s == k {
				*to = s
				return
			}
		}
		if s != "" {
			d.add(n, "unknown value %q%s", shorten(s), hint(s, known))
		}
	}
}
