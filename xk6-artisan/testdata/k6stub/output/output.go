// Package output declares what the public documentation of k6 v2 says of its
// package of that name, as far as the extension uses it. It does nothing.
package output

import (
	"net/url"

	"go.k6.io/k6/v2/metrics"
)

type Params struct {
	ConfigArgument string
	ScriptPath     *url.URL
}

type Output interface {
	Description() string
	Start() error
	AddMetricSamples([]metrics.SampleContainer)
	Stop() error
}

type WithThresholds interface {
	Output
	SetThresholds(map[string]metrics.Thresholds)
}

type WithStopWithTestError interface {
	Output
	StopWithTestError(error) error
}

type Constructor func(Params) (Output, error)

func RegisterExtension(string, Constructor) {}
