package verdict

import (
	"time"

	"github.com/artisan-platform/headroom/runner/spec"
)

// breach is a span in which an HPA's metrics asked, without a break, for more
// replicas than there were. Metrics that stop asking and start again are a new
// breach: the stabilization window starts anew too.
type breach struct {
	first time.Time // first status that perhaps asks for more
	firm  time.Time // first status that does for certain; zero: none did
	prior time.Time // the status before first; zero: the run began with the breach
	last  time.Time // last status that asked
	over  time.Time // first status that did not ask any more; zero: none
}

// rise is a breach and the steps that answered it. Steps that no observed
// breach explains have none.
type rise struct {
	breach *breach
	steps  []change
}

// breaches goes through the statuses in order. A status without values neither
// starts nor ends a breach.
func (h *hpa) breaches() []*breach {
	var out []*breach
	var open *breach
	var prior time.Time
	for _, l := range h.looks {
		certain, perhaps := l.asks()
		switch {
		case !l.known:
		case perhaps && open == nil:
			open = &breach{first: l.at, prior: prior}
			out = append(out, open)
		case !perhaps && open != nil:
			open.over = l.at
			open = nil
		}
		if open != nil && perhaps {
			open.last = l.at
		}
		if certain && open.firm.IsZero() {
			open.firm = l.at
		}
		prior = l.at
	}
	return out
}

// rises pairs the rising steps with the breaches they answer. A status is
// written just after the step that it reports, hence the slack.
func (h *hpa) rises(slack time.Duration) []rise {
	var out []rise
	breaches := h.breaches()
	for _, b := range breaches {
		out = append(out, rise{breach: b})
	}
	var stray *rise
	for _, c := range h.changes {
		if c.to < c.from {
			stray = nil
			continue
		}
		if b := answered(breaches, c, slack); b >= 0 {
			out[b].steps = append(out[b].steps, c)
			stray = nil
			continue
		}
		if stray == nil {
			out = append(out, rise{})
		}
		stray = &out[len(out)-1]
		stray.steps = append(stray.steps, c)
	}
	return out
}

// answered returns the breach that a step answers, or -1: the last that began
// before the step, unless it was over by then.
func answered(breaches []*breach, c change, slack time.Duration) int {
	for i := len(breaches) - 1; i >= 0; i-- {
		b := breaches[i]
		if b.first.Add(-slack).After(c.when.Latest) {
			continue
		}
		if !b.over.IsZero() && c.when.Earliest.After(b.over.Add(slack)) {
			return -1
		}
		return i
	}
	return -1
}

// moment is when the metrics first asked for more. The controller looks once a
// sync and writes a status only if it differs from the last: the status before
// may be old, but one sync before the breach the metrics did not ask yet.
func (b *breach) moment(o spec.ScaleOut) Moment {
	low := b.first.Add(-o.Sync - o.Slack)
	if b.prior.After(low) {
		low = b.prior
	}
	latest := b.firm
	if latest.IsZero() {
		latest = b.first
	}
	return Moment{low.UTC(), latest.UTC()}
}
