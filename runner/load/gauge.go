package load

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/artisan-platform/headroom/runner/health"
	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script"
)

// The limits beyond which the generator itself may have shaped what was
// measured.
const (
	maxStall = 100 * time.Millisecond // 99th percentile of how late a timer is
	maxLag   = 100                    // milliseconds, 99th percentile of started - due
	maxCPU   = 0.9                    // of the cores that the process may use
)

// gauge measures the generator over a whole load.
type gauge struct {
	start  time.Time
	probe  *health.Probe
	cancel context.CancelFunc
}

// minRun is how long a load must last before the processor's use says anything
// but how busy its start was.
const minRun = 2 * time.Second

func newGauge() *gauge {
	ctx, cancel := context.WithCancel(context.Background())
	return &gauge{time.Now(), health.Start(ctx), cancel}
}

func (g *gauge) stop() {
	g.cancel()
	g.probe.Wait()
}

// report is what the gauge has to say at the end of a load: how the generator
// was, and what that says against the measurement.
type report struct{ lines, warnings []string }

func (g *gauge) lines(s *script.Summary) report {
	h := g.probe.Read()
	var r report
	if n, took := s.Ready(); n > 0 {
		r.lines = append(r.lines, fmt.Sprintf("%d %s ready after %.3fs", n, plural(n, "VU"), took.Seconds()))
	}
	r.cpu(h, time.Since(g.start))
	r.stall(h)
	lag := s.Lag()
	if p99, ok := lag.Quantile(0.99); ok {
		avg, _ := lag.Mean() // there are samples
		r.lines = append(r.lines, fmt.Sprintf("iterations started late by avg=%.3fms p99=%.3fms max=%.3fms (%d due, %d dropped)", avg, p99, lag.Max, lag.Samples, s.Dropped()))
		if p99 > maxLag {
			r.warnings = append(r.warnings, fmt.Sprintf("the load generator lagged: the 99th percentile of iterations started %.0f ms after they were due; its times are its own doing in part", p99))
		}
	}
	return r
}

func (r *report) cpu(h observation.Health, over time.Duration) {
	cores := runtime.GOMAXPROCS(0)
	r.lines = append(r.lines, fmt.Sprintf("cpu %.2f of %d %s", h.CPU, cores, plural(cores, "core")))
	if over >= minRun && h.CPU > maxCPU*float64(cores) {
		r.warnings = append(r.warnings, fmt.Sprintf("the load generator used %.2f of %d cores: it may have been the bottleneck", h.CPU, cores))
	}
}

func (r *report) stall(h observation.Health) {
	p99, ok := h.Stall.Quantile(0.99)
	if !ok {
		return
	}
	r.lines = append(r.lines, fmt.Sprintf("timers late by p99=%v max=%v", p99.Round(10*time.Microsecond), h.Stall.Max().Round(10*time.Microsecond)))
	if p99 > maxStall {
		r.warnings = append(r.warnings, fmt.Sprintf("the load generator stalled: the 99th percentile of its timers was %v late; response times hold that delay", p99.Round(time.Millisecond)))
	}
}
