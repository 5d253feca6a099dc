package script

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Control steers and watches a run from outside. It is safe for concurrent
// use, and good for one run.
type Control struct {
	begun   chan struct{} // closed when the run may go on
	stopped chan struct{} // closed when somebody stopped it

	mu                 sync.Mutex
	run                *run
	isBegun, isStopped bool
	isOver, going      bool
}

// NewControl returns the control of a run, which waits before its setup until
// Resume is called if paused is set.
func NewControl(paused bool) *Control {
	c := &Control{begun: make(chan struct{}), stopped: make(chan struct{})}
	if !paused {
		c.Resume()
	}
	return c
}

// Resume lets a paused run go on.
func (c *Control) Resume() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.isBegun {
		c.isBegun = true
		close(c.begun)
	}
}

// Stop ends the run; teardown and summary still follow.
func (c *Control) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.isStopped {
		c.isStopped = true
		close(c.stopped)
	}
}

// Status is how a run stands.
type Status = vu.Status

// Status is how the run stands.
func (c *Control) Status() Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := Status{Paused: !c.isBegun, Running: c.going, Stopped: c.isStopped || c.isOver, Stage: c.stage()}
	if c.run == nil {
		return s
	}
	counts := &c.run.test.Counts
	s.VUs, s.MaxVUs = counts.Active.Load(), counts.Initialised.Load()
	s.Iterations, s.Interrupted = counts.Complete.Load(), counts.Interrupted.Load()
	s.Exceptions = counts.Exceptions.Load()
	s.Tainted = c.run.tainted.Load()
	s.Total = c.run.program.TotalDuration()
	if start := counts.Start.Load(); start != nil {
		s.Elapsed = time.Since(*start)
	}
	return s
}

// stage is called under the lock.
func (c *Control) stage() vu.Stage {
	switch {
	case c.run == nil:
		return vu.StageInitialisingVUs
	case !c.isBegun && !c.isOver:
		return vu.StagePaused
	}
	return vu.Stage(c.run.at.Load())
}

// errNotReady is what a control answers for a run that has not begun.
var errNotReady = errors.New("the test is not initialised yet")

func (c *Control) current() (*run, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.run == nil {
		return nil, errNotReady
	}
	return c.run, nil
}

// Metrics are the metrics of the run so far.
func (c *Control) Metrics() (*metric.Registry, time.Duration, error) {
	r, err := c.current()
	if err != nil {
		return nil, 0, err
	}
	return r.test.Metrics, r.since(), nil
}

// Groups is the tree of groups so far.
func (c *Control) Groups() (*vu.Group, error) {
	r, err := c.current()
	if err != nil {
		return nil, err
	}
	return r.test.Groups.Root(), nil
}

// SetupData is what setup returned, as JSON; "" if it returned nothing, or has
// not been called.
func (c *Control) SetupData() (string, error) {
	r, err := c.current()
	if err != nil {
		return "", err
	}
	return r.data.get(), nil
}

// SetSetupData replaces what setup returned.
func (c *Control) SetSetupData(data string) error {
	r, err := c.current()
	if err != nil {
		return err
	}
	r.data.set(data)
	return nil
}

// RunSetup calls setup, and keeps and returns what it returns.
func (c *Control) RunSetup(ctx context.Context) (string, error) {
	r, err := c.current()
	if err != nil {
		return "", err
	}
	if err := r.setup(ctx); err != nil {
		return "", err
	}
	return c.SetupData()
}

// RunTeardown calls teardown.
func (c *Control) RunTeardown(ctx context.Context) error {
	r, err := c.current()
	if err != nil {
		return err
	}
	return r.teardown(ctx)
}

// attach makes the run known. The function that it returns says that it is
// over.
func (c *Control) attach(r *run) (over func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r.reach(vu.StageInitialised)
	c.run = r
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.isOver, c.going = true, false
	}
}

// wait returns when a paused run may go on.
func (c *Control) wait(ctx context.Context) error {
	select {
	case <-c.begun:
	case <-c.stopped:
		return errStopped
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.going = true
	return nil
}
