package spec

// cluster decodes the cluster section.
func (d *decoder) cluster(to *Cluster) func(node) {
	return func(n node) {
		d.mapping(n,
			may("name", d.text(&to.Name, isObject)),
			may("config", d.text(&to.Config, notEmpty)),
		)
		if to.Config != "" {
			to.Config = d.beside(to.Config)
		}
	}
}

// stack decodes the stack section.
func (d *decoder) stack(to *Stack) func(node) {
	return func(n node) {
		d.mapping(n,
			may("level", d.oneOf(&to.Level, "core")),
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

func (d *decoder) workload(to *Workload) func(node) {
	return func(n node) {
		d.mapping(n,
			may("image", d.text(&to.Image, notEmpty)),
			may("command", each(d, &to.Command, d.word)),
			may("env", d.table(&to.Env, isEnv)),
		)
	}
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
