package script

import (
	"crypto/x509"
	"fmt"
	"time"

	"github.com/artisan-platform/headroom/runner/executor"
	"github.com/artisan-platform/headroom/runner/script/option"
)

// Stage is one stage of a ramp of virtual users.
type Stage = executor.Stage

// Program is a compiled script. It is immutable and safe for concurrent use.
type Program struct {
	Options option.Options
	// Warnings are what a person should know before the script runs.
	Warnings []string

	loader          *loader
	main            *linked
	setup, teardown bool // whether the script exports them
	summary         bool // and handleSummary
}

// WithStages returns a program whose execution is replaced by one ramp of
// virtual users, as stages on the command line do. No stages change nothing.
func (p *Program) WithStages(stages []Stage) *Program {
	if len(stages) == 0 {
		return p
	}
	c := *p
	before := len(p.Options.Warnings)
	c.Options = p.Options.WithStages(stages)
	c.Warnings = append([]string(nil), p.Warnings...)
	for _, w := range c.Options.Warnings[before:] {
		c.Warnings = append(c.Warnings, w.String())
	}
	return &c
}

// reaching returns the program with hosts mapped to addresses, before what the
// script maps itself, and with the authorities that servers are believed.
func (p *Program) reaching(hosts map[string]string, roots *x509.CertPool) (*Program, error) {
	network, err := p.Options.Network.Map(hosts)
	if err != nil {
		return nil, fmt.Errorf("map hosts: %w", err)
	}
	c := *p
	network.TLS.Roots = roots
	c.Options.Network = network
	return &c, nil
}

// Stages are the stages of a script that consists of one ramp of virtual
// users, and nil for any other.
func (p *Program) Stages() []Stage {
	if len(p.Options.Scenarios) == 1 {
		if ramp, ok := p.Options.Scenarios[0].Executor.(executor.RampingVUs); ok {
			return append([]Stage(nil), ramp.Stages...)
		}
	}
	return nil
}

// TotalDuration is how long the scenarios start iterations, at most. The
// graceful stop comes on top.
func (p *Program) TotalDuration() time.Duration {
	var total time.Duration
	for _, s := range p.Options.Scenarios {
		total = max(total, s.Start+s.Executor.Duration())
	}
	return total
}

// MaxDuration is TotalDuration with the graceful stops.
func (p *Program) MaxDuration() time.Duration {
	var total time.Duration
	for _, s := range p.Options.Scenarios {
		total = max(total, s.Start+s.Executor.Duration()+s.Executor.Grace())
	}
	return total
}

// MaxVUs is the most virtual users that this instance may use, over all
// scenarios together.
func (p *Program) MaxVUs() int {
	total := 0
	for i := range p.Options.Scenarios {
		_, limit := p.Options.Executor(&p.Options.Scenarios[i]).VUs()
		total += limit
	}
	return total
}
