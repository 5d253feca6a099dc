package experiment

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

// probe measures the health of the process that generates the load: the CPU
// it uses, and how late a timer wakes it, which is the delay that any request
// of this process may suffer from a starved or paused scheduler.
type probe struct {
	mu    sync.Mutex
	stall stat.Histogram

	cpu  time.Duration
	last time.Time
	done chan struct{}
}

// startProbe starts the stall probe; it ends with ctx, and wait waits for it.
func startProbe(ctx context.Context) *probe {
	p := &probe{cpu: cpuTime(), last: time.Now(), done: make(chan struct{})}
	go func() {
		defer close(p.done)
		for due := time.Now().Add(probePeriod); ; due = due.Add(probePeriod) {
			if sleep(ctx, time.Until(due)) != nil {
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

// read returns the process's health since the last read.
func (p *probe) read() observation.Health {
	cpu, now := cpuTime(), time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	h := observation.Health{Stall: p.stall}
	if span := now.Sub(p.last); span > 0 {
		h.CPU = float64(cpu-p.cpu) / float64(span)
	}
	p.stall, p.cpu, p.last = stat.Histogram{}, cpu, now
	return h
}

func (p *probe) wait() { <-p.done }

// cpuTime is the user and system time that this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0 // getrusage(2) of the process itself fails only on a bad address
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
