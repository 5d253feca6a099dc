// Package health measures the process that generates the load: what a starved
// or paused generator adds to every request is not the target's doing.
package health

import (
	"context"
	"sync"
	"syscall"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/stat"
)

// probePeriod is how often the stall probe wants to wake up.
const probePeriod = 10 * time.Millisecond

// Probe measures the health of the process that generates the load: the CPU
// it uses, and how late a timer wakes it, which is the delay that any request
// of this process may suffer from a starved or paused scheduler.
type Probe struct {
	mu    sync.Mutex
	stall stat.Histogram

	cpu  time.Duration
	last time.Time
	done chan struct{}
}

// Start starts a probe; it ends with ctx, and Wait waits for it.
func Start(ctx context.Context) *Probe {
	p := &Probe{cpu: CPUTime(), last: time.Now(), done: make(chan struct{})}
	go func() {
		defer close(p.done)
		timer := time.NewTimer(probePeriod)
		defer timer.Stop()
		for due := time.Now().Add(probePeriod); ; due = due.Add(probePeriod) {
			timer.Reset(time.Until(due))
			select {
			case <-timer.C:
			case <-ctx.Done():
				return
			}
			late := time.Since(due)
			p.mu.Lock()
			p.stall.Record(late)
			p.mu.Unlock()
			due = due.Add(late.Truncate(probePeriod))
		}
	}()
	return p
}

// Read returns the process's health since the last Read.
func (p *Probe) Read() observation.Health {
	cpu, now := CPUTime(), time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	h := observation.Health{Stall: p.stall}
	if span := now.Sub(p.last); span > 0 {
		h.CPU = float64(cpu-p.cpu) / float64(span)
	}
	p.stall, p.cpu, p.last = stat.Histogram{}, cpu, now
	return h
}

// Wait returns when the probe has ended.
func (p *Probe) Wait() { <-p.done }

// CPUTime is the user and system time that this process has used.
func CPUTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0 // getrusage(2) of the process itself fails only on a bad address
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
