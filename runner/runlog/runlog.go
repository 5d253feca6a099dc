// Package runlog writes the log of a run: what the run of a plan and that of a
// script by itself have in common. A script by itself is logged as the plan
// that it is alone, so that it can be judged and reported as any other run.
package runlog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

// Phase is the record of the begin or the end of a phase.
func Phase(name, load string, open bool) observation.Record {
	return observation.Record{Time: time.Now(), Kind: observation.KindPhase, Phase: &observation.Phase{Name: name, Load: load, Open: open}}
}

// Script is a script that is run by itself.
type Script struct {
	Path, Text string
	Duration   time.Duration // by its own options; 0 is unknown
	AllowHosts []string
	Version    string // of the program that runs it
}

// Log is the log of a script's run, in a folder of its own. It is safe for
// concurrent use.
type Log struct {
	Meter *observation.Meter // of the script's requests

	load string
	file *os.File
	log  *observation.Writer
	stop context.CancelFunc
	cut  chan struct{} // closed when the meter has been cut for the last time
}

// Create makes the folder, which must hold no run, and opens the log in it. End
// closes it.
func Create(dir string, s Script) (*Log, error) {
	plan, err := spec.PlanOfScript(s.Path, spec.Options{
		ReadFile: func(string) ([]byte, error) { return []byte(s.Text), nil }, AllowHosts: s.AllowHosts,
	})
	if err != nil {
		return nil, fmt.Errorf("make a plan of the script: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of the run: %w", err)
	}
	path := filepath.Join(dir, observation.LogFile)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o644)
	if errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("%s holds a run already: name another folder, or remove it", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("create the run's log: %w", err)
	}
	load := plan.Loads[0]
	l := &Log{Meter: observation.NewMeter(load.Name, false), load: load.Name, file: f, log: observation.NewWriter(f), cut: make(chan struct{})}
	id := dir
	if whole, err := filepath.Abs(dir); err == nil {
		id = whole
	}
	l.Observe(observation.Record{Time: time.Now(), Kind: observation.KindRun, Run: &observation.RunInfo{
		ID: filepath.Base(id), Headroom: s.Version, PlanFile: plan.File, Plan: plan.Source, Scripts: map[string]string{load.Script.File: s.Text},
		Durations: map[string]time.Duration{load.Name: s.Duration}, AllowHosts: s.AllowHosts, Host: ThisHost(),
	}})
	l.begin()
	return l, nil
}

// begin opens the phases and starts to cut the meter.
func (l *Log) begin() {
	l.Observe(Phase("load", "", true))
	l.Observe(Phase(l.load, l.load, true))
	ctx, stop := context.WithCancel(context.Background())
	l.stop = stop
	go func() {
		defer close(l.cut)
		Cut(ctx, []*observation.Meter{l.Meter}, l, func() {})
	}()
}

// Load is the name of the load that the script is.
func (l *Log) Load() string { return l.load }

// Observe implements observation.Sink.
func (l *Log) Observe(r observation.Record) { l.log.Observe(r) }

// Warn logs what a person should know.
func (l *Log) Warn(text string) {
	l.Observe(observation.Record{Time: time.Now(), Kind: observation.KindWarning, Warning: &observation.Warning{Source: "script " + l.load, Text: text}})
}

// Script logs what the script came to.
func (l *Log) Script(end observation.Script) {
	end.Load = l.load
	l.Observe(observation.Record{Time: time.Now(), Kind: observation.KindScript, Script: &end})
}

// End ends the log and returns the first error that kept something out of it.
func (l *Log) End(end observation.End) error {
	l.stop()
	<-l.cut
	l.Observe(Phase(l.load, l.load, false))
	l.Observe(Phase("load", "", false))
	l.Observe(observation.Record{Time: time.Now(), Kind: observation.KindEnd, End: &end})
	return errors.Join(l.log.Err(), l.file.Close())
}
