package kubewatch

import (
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

// contact remembers when a source was last heard and turns a break into one
// gap: from the last good contact to the next. It belongs to one goroutine.
type contact struct {
	source string
	sink   observation.Sink
	last   time.Time // last good contact; zero: none yet
	broken bool
	first  string // why it broke
	latest string // why it is still broken
}

// good says that the source was heard at t.
func (c *contact) good(t time.Time) {
	c.close(t)
	c.last = t
}

// lost says that the source broke off. Before the first contact there is
// nothing to break: the load waits for it.
func (c *contact) lost(reason string) {
	if c.last.IsZero() {
		return
	}
	if !c.broken {
		c.broken, c.first = true, reason
	}
	c.latest = reason
}

// close ends an open gap at t.
func (c *contact) close(t time.Time) {
	if !c.broken {
		return
	}
	c.broken = false
	reason := c.first
	if c.latest != c.first {
		reason += "; then " + c.latest
	}
	c.sink.Observe(observation.Record{Time: t, Kind: observation.KindGap, Gap: &observation.Gap{
		Source: c.source, From: c.last.UTC(), To: t.UTC(), Reason: reason,
	}})
}
