package stack

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// memoryDB holds series for one test. It is not safe for concurrent use: the
// engine has answered before the next sample is added.
type memoryDB struct{ series map[string]*memorySeries }

type memorySeries struct {
	labels  labels.Labels
	samples chunks.SampleSlice
}

var (
	_ storage.Queryable = (*memoryDB)(nil)
	_ storage.Querier   = memoryQuerier{}
)

// add appends a sample; samples of a series come in order of their time.
func (db *memoryDB) add(metric labels.Labels, at time.Duration, value float64) {
	key := metric.String()
	if db.series[key] == nil {
		db.series[key] = &memorySeries{labels: metric}
	}
	db.series[key].samples = append(db.series[key].samples, floatSample{at.Milliseconds(), value})
}

// Querier reads the samples between two times, in milliseconds.
func (db *memoryDB) Querier(from, to int64) (storage.Querier, error) {
	return memoryQuerier{db, from, to}, nil
}

type memoryQuerier struct {
	db       *memoryDB
	from, to int64
}

func (q memoryQuerier) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	var found []storage.Series
	for _, s := range q.db.series {
		if !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(s.labels.Get(m.Name)) }) {
			var within []chunks.Sample
			for _, sample := range s.samples {
				if sample.T() >= q.from && sample.T() <= q.to {
					within = append(within, sample)
				}
			}
			found = append(found, storage.NewListSeries(s.labels, within))
		}
	}
	slices.SortFunc(found, func(a, b storage.Series) int { return strings.Compare(a.Labels().String(), b.Labels().String()) })
	return &memorySet{found, -1}
}

// LabelValues and LabelNames are for the API: the engine does not ask.
func (memoryQuerier) LabelValues(context.Context, string, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (memoryQuerier) LabelNames(context.Context, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (memoryQuerier) Close() error { return nil }

type memorySet struct {
	series []storage.Series
	at     int
}

func (s *memorySet) Next() bool                      { s.at++; return s.at < len(s.series) }
func (s *memorySet) At() storage.Series              { return s.series[s.at] }
func (*memorySet) Err() error                        { return nil }
func (*memorySet) Warnings() annotations.Annotations { return nil }

// floatSample is a value at a time in milliseconds.
type floatSample struct {
	t int64
	v float64
}

func (s floatSample) T() int64                    { return s.t }
func (floatSample) ST() int64                     { return 0 }
func (s floatSample) F() float64                  { return s.v }
func (floatSample) H() *histogram.Histogram       { return nil }
func (floatSample) FH() *histogram.FloatHistogram { return nil }
func (floatSample) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (s floatSample) Copy() chunks.Sample         { return s }
