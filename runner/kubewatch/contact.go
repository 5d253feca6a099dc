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
	reason string // why it broke: the first cause, the others follow from it
}

// good says that the source was heard at t.
func (c *contact) good(t time.Time) {
	c.close(t)
	c.last = t
}

// lost says that the source broke off. Before the first contact there is
// nothing to break: the load waits for it.
func (c *contact) lost(reason string) {
	if c.broken || c.last.IsZero() {
		return
	}
	c.broken, c.reason = true, reason
}

// close ends an open gap at t.
func (c *contact) close(t time.Time) {
	if !c.broken {
		return
	}
	c.broken = false
	c.sink.Observe(observation.Record{Time: t, Kind: observation.KindGap, Gap: &observation.Gap{
		Source: c.source, From: c.last.UTC(), To: t.UTC(), Reason: c.reason,
	}})
}
