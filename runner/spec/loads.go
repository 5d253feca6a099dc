package spec

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/arrival"
	"github.com/artisan-platform/headroom/runner/unit"
)

// Limits of a load. They are far beyond what one machine can drive, and there
// to catch a slip of the finger before it becomes a run.
const (
	maxRate        = 1_000_000 // requests per second
	maxVUs         = 100_000
	maxConnections = 100_000
	maxJobs        = 10_000_000
)

// loads decodes the list of loads; their names must differ.
func (d *decoder) loads(to *[]Load) func(node) {
	return func(n node) {
		seen := make(map[string]bool)
		each(d, to, func(n node) Load { return d.load(n, seen) })(n)
	}
}

func (d *decoder) load(n node, seen map[string]bool) (l Load) {
	before := len(d.list)
	ok := d.mapping(n,
		need("name", d.unique(&l.Name, "load", seen)),
		may("start", d.duration(&l.Start, 0)),
		may("script", d.script(&l.Script)),
		may("vegeta", d.vegeta(&l.Vegeta)),
		may("queue", d.queue(&l.Queue)),
	)
	given := 0
	for _, set := range []bool{l.Script != nil, l.Vegeta != nil, l.Queue != nil} {
		if set {
			given++
		}
	}
	typo := given == 0 && len(d.list) > before // "vegta" has been reported as what it is
	if ok && given != 1 && !typo {
		d.add(n, "want exactly one of script, vegeta and queue, found %d of them", given)
	}
	return l
}

// unique decodes a name that no other of its kind may have.
func (d *decoder) unique(to *string, kind string, seen map[string]bool) func(node) {
	return func(n node) {
		d.text(to, isName)(n)
		if *to != "" && seen[*to] {
			d.add(n, "another %s has the name %q", kind, *to)
		}
		seen[*to] = true
	}
}

// script decodes a k6-style script and reads it.
func (d *decoder) script(to **Script) func(node) {
	return func(n node) {
		s := &Script{}
		*to = s
		d.mapping(n,
			need("file", d.scriptFile(s)),
			may("env", d.scriptEnv(s)),
			may("hosts", d.hosts(&s.Hosts)),
			may("stages", each(d, &s.Stages, d.vuStage)),
		)
		for _, stage := range s.Stages {
			s.Duration += stage.Duration
		}
	}
}

func (d *decoder) scriptFile(s *Script) func(node) {
	return func(n node) {
		d.text(&s.File, notEmpty)(n)
		if s.File == "" {
			return
		}
		s.Path = d.beside(s.File)
		src, err := d.opts.ReadFile(s.Path)
		switch {
		case err != nil:
			d.add(n, "cannot read the script: %v (the path is relative to %s)", err, filepath.Dir(d.file))
		case len(src) == 0:
			d.add(n, "the script %s is empty", s.Path)
		}
		s.Source = string(src)
	}
}

// scriptEnv decodes the environment of a script. A URL in it is a target as
// any other.
func (d *decoder) scriptEnv(s *Script) func(node) {
	return func(n node) {
		d.table(&s.Env, isEnv)(n)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i].Value, n.Content[i+1]
			u, err := url.Parse(s.Env[key])
			if err != nil || !strings.HasPrefix(u.Scheme, "http") || u.Hostname() == "" {
				continue
			}
			d.mayReach(node{value, join(n.path, key)}, u.Hostname(), &s.Hosts)
		}
	}
}

func (d *decoder) vuStage(n node) (s VUStage) {
	d.mapping(n,
		need("duration", d.duration(&s.Duration, 0)),
		need("target", integer(d, &s.Target, 0, maxVUs)),
	)
	return s
}

// vegeta decodes an open-model attack.
func (d *decoder) vegeta(to **Vegeta) func(node) {
	return func(n node) {
		v := &Vegeta{Method: "GET", Timeout: 10 * time.Second, Connections: 1000}
		*to = v
		d.mapping(n,
			may("method", d.text(&v.Method, isMethod)),
			need("url", d.url(v)),
			may("hosts", d.hosts(&v.Hosts)),
			may("headers", d.table(&v.Header, isHeader)),
			may("body", d.text(&v.Body)),
			may("timeout", d.duration(&v.Timeout, time.Millisecond)),
			may("connections", integer(d, &v.Connections, 1, maxConnections)),
			need("stages", d.rateStages(&v.Stages)),
		)
	}
}

// rateStages decodes the stages of an attack, which must hold an arrival.
func (d *decoder) rateStages(to *[]RateStage) func(node) {
	return func(n node) {
		before := len(d.list)
		each(d, to, d.rateStage)(n)
		if len(d.list) > before {
			return
		}
		segments := make([]arrival.Segment, len(*to))
		for i, s := range *to {
			segments[i] = arrival.Segment{Duration: s.Duration, From: s.From, To: s.To}
		}
		s, err := arrival.New(segments...)
		switch {
		case err != nil:
			d.add(n, "%v", err)
		case s.Count() == 0:
			d.add(n, "no request is due in these stages: give one of them a rate above zero")
		}
	}
}

// rateStage decodes a stage with a rate, or with from and to.
func (d *decoder) rateStage(n node) (s RateStage) {
	rate, from, to := -1., -1., -1.
	ok := d.mapping(n,
		need("duration", d.duration(&s.Duration, time.Millisecond)),
		may("rate", d.rate(&rate)),
		may("from", d.rate(&from)),
		may("to", d.rate(&to)),
	)
	given := func(keys ...string) bool { return has(n, keys...) }
	switch {
	case !ok:
	case given("rate") && (given("from") || given("to")):
		d.add(n, "a stage has either a rate, or from and to")
	case given("rate"):
		s.From, s.To = rate, rate
	case given("from") && given("to"):
		s.From, s.To = from, to
	default:
		d.add(n, "want a rate, or both from and to: rate: 100/s")
	}
	return s
}

// has reports whether a mapping holds one of the keys.
func has(n node, keys ...string) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		for _, k := range keys {
			if n.Content[i].Value == k {
				return true
			}
		}
	}
	return false
}

func (d *decoder) rate(to *float64) func(node) {
	return scalar(d, to, func(s string) (float64, error) {
		v, err := unit.ParseRate(s)
		if err == nil && v > maxRate {
			err = fmt.Errorf("%s is out of range: want at most %d/s", s, maxRate)
		}
		return v, err
	})
}

// queue decodes a batch of jobs.
func (d *decoder) queue(to **Queue) func(node) {
	return func(n node) {
		q := &Queue{Address: "127.0.0.1:6379", List: "default"}
		*to = q
		d.mapping(n,
			may("address", d.text(&q.Address, d.opts.isAddress)),
			may("list", d.text(&q.List, notEmpty)),
			need("jobs", integer(d, &q.Jobs, 1, maxJobs)),
			may("over", d.duration(&q.Over, 0)),
			may("payload", d.text(&q.Payload, notEmpty)),
		)
	}
}
