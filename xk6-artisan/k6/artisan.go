// Package k6 registers the extension k6/x/artisan and the output artisan with a
// k6 that is built with it. All that they do is in package artisan.
package k6

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"go.k6.io/k6/v2/js/modules"
	"go.k6.io/k6/v2/metrics"
	"go.k6.io/k6/v2/output"

	"github.com/artisan-platform/headroom/runner/runlog"
	"github.com/artisan-platform/headroom/runner/samplelog"
	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

// A k6 process runs one test: what its virtual users share is the process's.
var (
	facts     artisan.LateLog
	extension = artisan.New(artisan.Config{
		AllowHosts: artisan.List(os.Getenv(artisan.EnvAllowHosts)), Sink: &facts, Warn: facts.Warn,
	}.WithEnv(os.Getenv))
)

func init() {
	modules.Register("k6/x/artisan", module{})
	output.RegisterExtension("artisan", newOutput)
}

type module struct{}

// NewModuleInstance implements modules.Module.
func (module) NewModuleInstance(v modules.VU) modules.Instance {
	u := &user{VU: v, registry: v.InitEnv().Registry}
	_, err1 := u.registry.NewMetric(artisan.DueMetric, metrics.Trend, metrics.Time)
	_, err2 := u.registry.NewMetric(artisan.DroppedMetric, metrics.Counter)
	_, err3 := u.registry.NewMetric(artisan.ExpectedMetric, metrics.Rate)
	if err := errors.Join(err1, err2, err3); err != nil {
		panic(v.Runtime().NewGoError(err)) // an exception of the script
	}
	return u
}

// user shows a virtual user of k6 as the extension wants it.
type user struct {
	modules.VU
	registry *metrics.Registry
}

// Exports implements modules.Instance.
func (u *user) Exports() modules.Exports {
	m, named := extension.Module(u), make(map[string]any)
	for _, name := range artisan.Names() {
		named[name] = m.Export(name)
	}
	return modules.Exports{Default: named, Named: named}
}

// InInit, Load, Requests and Expected implement artisan.VU; the rest is k6's.
func (u *user) InInit() bool                                     { return u.State() == nil }
func (u *user) Load() string                                     { return facts.Load() }
func (u *user) Requests(tags map[string]string) artisan.Requests { return u.samples(tags) }

func (u *user) samples(tags map[string]string) *requests {
	return &requests{u, u.Context(), u.State().Samples, u.State().Tags.GetCurrentValues().Tags, tags}
}

func (u *user) Expected(met bool, tags map[string]string) {
	value := map[bool]float64{true: 1}[met]
	u.samples(tags).push(artisan.Sample{Metric: artisan.ExpectedMetric, Time: time.Now(), Value: value, Tags: tags})
}

// requests pushes what becomes of an attack's requests. k6 learns of a request
// when it has ended.
type requests struct {
	user *user
	ctx  context.Context
	to   chan<- metrics.SampleContainer
	base *metrics.TagSet
	tags map[string]string
}

func (r *requests) Started(_, _ time.Time) {}
func (r *requests) Dropped(due time.Time, n uint64) {
	r.push(artisan.Sample{Metric: artisan.DroppedMetric, Time: due, Value: float64(n), Tags: r.tags})
}
func (r *requests) Done(q artisan.Request) { r.push(q.Samples(r.tags)...) }

func (r *requests) push(list ...artisan.Sample) {
	tags := r.base.WithTagsFromMap(list[0].Tags)
	all := metrics.ConnectedSamples{Tags: tags, Time: list[0].Time}
	for _, s := range list {
		series := metrics.TimeSeries{Metric: r.user.registry.Get(s.Metric), Tags: tags}
		all.Samples = append(all.Samples, metrics.Sample{TimeSeries: series, Time: s.Time, Value: s.Value})
	}
	metrics.PushIfNotDone(r.ctx, r.to, all)
}

// log is the output.
type log struct {
	*samplelog.Output
	dir string
}

func newOutput(p output.Params) (output.Output, error) {
	text, err := os.ReadFile(p.ScriptPath.Path)
	if err != nil {
		return nil, fmt.Errorf("output artisan: read the script: %w", err)
	}
	o, err := samplelog.New(p.ConfigArgument, runlog.Script{Path: p.ScriptPath.Path, Text: string(text), Version: "k6"})
	return &log{o, p.ConfigArgument}, err
}

func (l *log) Description() string { return "artisan (" + l.dir + ")" }
func (l *log) Start() error        { facts.Set(l.Log()); return nil }
func (l *log) Stop() error         { return l.StopWithTestError(nil) }

func (l *log) SetThresholds(all map[string]metrics.Thresholds) {
	of := make(map[string][]string)
	for name, list := range all {
		for _, t := range list.Thresholds {
			of[name] = append(of[name], t.Source)
		}
	}
	l.Output.SetThresholds(of)
}

func (l *log) AddMetricSamples(containers []metrics.SampleContainer) {
	for _, c := range containers {
		var list []artisan.Sample
		for _, s := range c.GetSamples() {
			list = append(list, artisan.Sample{Metric: s.Metric.Name, Kind: s.Metric.Type.String(), Time: s.Time, Value: s.Value, Tags: s.Tags.Map()})
		}
		l.Add(list)
	}
}

func (l *log) StopWithTestError(err error) error {
	defer facts.Set(nil)
	return errors.Join(extension.Close(), l.Output.Stop(err))
}

var _ artisan.VU = (*user)(nil)
