// Package output streams the samples of a run elsewhere while it goes on: as
// JSON or CSV to a file or to standard output, or to a server that takes
// Prometheus' remote write.
package output

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/option"
)

// Output takes the samples of one run. Its methods are called one after the
// other: Start, Write for each lot of samples, Stop.
type Output interface {
	// Description names the output and where it writes, for a person.
	Description() string
	// Start opens what the output writes to.
	Start(Run) error
	// Write takes samples. What it cannot write is told once by Run.Warn, and
	// by Stop.
	Write([]metric.Sample)
	// Stop writes what is left and returns the first of all errors.
	Stop() error
}

// Run is what an output must know of the run.
type Run struct {
	Options option.Options
	// Stdout takes what is written to standard output; nil is os.Stdout.
	Stdout io.Writer
	// Warn is told once if an output has failed and goes without it. It is
	// called from several goroutines. Nil drops it.
	Warn func(text string)
}

// have are the outputs that there are, as messages list them.
const have = "there are json, json=FILE, csv, csv=FILE (FILE.gz is compressed) and experimental-prometheus-rw, experimental-prometheus-rw=URL; `headroom load` also has artisan=DIR, the log of the run"

// Parse reads one output as --out and K6_OUT give it: a name, or name=argument.
// env are the variables that configure it further.
func Parse(spec string, env map[string]string) (Output, error) {
	name, argument, given := strings.Cut(spec, "=")
	if given && argument == "" {
		return nil, fmt.Errorf("output %q: nothing follows the \"=\"; %s", spec, have)
	}
	switch name {
	case "json":
		return newJSON(argument), nil
	case "csv":
		return newCSV(argument, env)
	case "experimental-prometheus-rw", "prometheus-rw":
		return newRemoteWrite(argument, env)
	}
	return nil, refuse(spec, name)
}

// notHere are the outputs of k6 that do not exist here, and what to do.
var notHere = map[string]string{
	"cloud":                      "results are not sent to a cloud service",
	"influxdb":                   "InfluxDB is not written to",
	"opentelemetry":              "a collector of OpenTelemetry takes Prometheus' remote write",
	"experimental-opentelemetry": "a collector of OpenTelemetry takes Prometheus' remote write",
	"web-dashboard":              "Grafana shows what experimental-prometheus-rw writes",
	"statsd":                     "StatsD is not written to",
	"datadog":                    "Datadog is not written to",
	"kafka":                      "Kafka is not written to",
	"timescaledb":                "TimescaleDB is not written to",
}

func refuse(spec, name string) error {
	switch why := notHere[name]; {
	case spec == "":
		return errors.New("the output has no name; " + have)
	case why != "":
		return fmt.Errorf("output %q does not exist here: %s; %s", name, why, have)
	}
	return fmt.Errorf("output %q does not exist; %s", name, have)
}
