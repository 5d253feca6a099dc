// Package extension offers k6/x/artisan to the scripts of Headroom's own
// engine.
package extension

import (
	"context"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/vu"
	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

// Name is what scripts import.
const Name = "k6/x/artisan"

// Module is the extension as a module of the engine. load is the name of the
// load that the script is, for the log.
func Module(e *artisan.Extension, load string) vu.Module {
	return vu.Module{Name: Name, Exports: artisan.Names(), New: func(v *vu.VU) func(string) any {
		u := &user{vu: v, load: load}
		u.metrics()
		return e.Module(u).Export
	}}
}

// user shows a virtual user of the engine as the extension wants it.
type user struct {
	vu       *vu.VU
	load     string
	due      *metric.Metric // latency from when a request was due
	dropped  *metric.Metric // requests of attacks that were due and never sent
	expected *metric.Metric // expectations that were met
}

var _ artisan.VU = (*user)(nil)

// metrics makes the extension's own metrics. The script's init code has not run
// to its end then, so that they can be made.
func (u *user) metrics() {
	for _, m := range []struct {
		to       **metric.Metric
		name     string
		kind     metric.Kind
		contains metric.Contents
	}{
		{&u.due, artisan.DueMetric, metric.Trend, metric.Time},
		{&u.dropped, artisan.DroppedMetric, metric.Counter, metric.Default},
		{&u.expected, artisan.ExpectedMetric, metric.Rate, metric.Default},
	} {
		var err error
		if *m.to, err = u.vu.Test.Metrics.New(m.name, m.kind, m.contains); err != nil {
			u.vu.Throw("%s: %v", Name, err)
		}
	}
}

// Runtime implements artisan.VU.
func (u *user) Runtime() *sobek.Runtime { return u.vu.Runtime }

// Context implements artisan.VU.
func (u *user) Context() context.Context { return u.vu.Context() }

// RegisterCallback implements artisan.VU.
func (u *user) RegisterCallback() func(func() error) { return u.vu.Loop.Begin() }

// InInit implements artisan.VU.
func (u *user) InInit() bool { return u.vu.Phase == vu.Init }

// Load implements artisan.VU.
func (u *user) Load() string { return u.load }

// Expected implements artisan.VU.
func (u *user) Expected(met bool, tags map[string]string) {
	value := 0.0
	if met {
		value = 1
	}
	u.vu.Samples.Add(u.expected, value, &vu.Tagged{Own: tags, VU: u.vu})
}

// Requests implements artisan.VU.
func (u *user) Requests(tags map[string]string) artisan.Requests {
	set := metric.Collect(u.vu)
	for k, v := range tags {
		set[k] = v
	}
	if m := u.vu.Test.Meter; m != nil {
		m.OpenModel()
	}
	scenario := ""
	if u.vu.Scenario != nil {
		scenario = u.vu.Scenario.Name
	}
	return &requests{user: u, tags: set, scenario: scenario}
}
