// Package metrics declares what the public documentation of k6 v2 says of its
// package of that name, as far as the extension uses it. It does nothing.
package metrics

import (
	"context"
	"time"
)

type MetricType int

const (
	Counter MetricType = iota
	Gauge
	Trend
	Rate
)

func (MetricType) String() string { return "" }

type ValueType int

const (
	Default ValueType = iota
	Time
	Data
)

type Metric struct {
	Name string
	Type MetricType
}

type Registry struct{}

func (*Registry) NewMetric(string, MetricType, ...ValueType) (*Metric, error) { return nil, nil }
func (*Registry) Get(string) *Metric                                          { return nil }

type TagSet struct{}

func (*TagSet) WithTagsFromMap(map[string]string) *TagSet { return nil }
func (*TagSet) Map() map[string]string                    { return nil }

type TimeSeries struct {
	Metric *Metric
	Tags   *TagSet
}

type Sample struct {
	TimeSeries
	Time     time.Time
	Value    float64
	Metadata map[string]string
}

type SampleContainer interface{ GetSamples() []Sample }

type ConnectedSamples struct {
	Samples []Sample
	Tags    *TagSet
	Time    time.Time
}

func (ConnectedSamples) GetSamples() []Sample { return nil }

func PushIfNotDone(context.Context, chan<- SampleContainer, SampleContainer) bool { return false }

type Threshold struct{ Source string }

type Thresholds struct{ Thresholds []*Threshold }
