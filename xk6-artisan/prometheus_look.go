package artisan

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/unit"
)

// verdict is what one evaluation says of a limit.
type verdict int

const (
	holds verdict = iota
	broken
	blind // there was no value
)

// looked is what evaluations in a row came to.
type looked struct {
	value   float64 // nearest to its limit, or farthest beyond it
	room    float64 // its distance to the limit, negative beyond it
	samples uint64  // evaluations with a value
	why     string  // the newest evaluation without a value
}

// look evaluates until it is decided.
func (w *wanted) look(ctx context.Context) (looked, finding) {
	if w.within > 0 {
		return w.await(ctx)
	}
	return w.watch(ctx)
}

// watch evaluates for the whole of a time; once, if there is none. A value
// beyond a limit decides at once. An evaluation without one does not: what
// comes after may still break the limit, and otherwise it is unknown.
func (w *wanted) watch(ctx context.Context) (looked, finding) {
	start := time.Now()
	tick := time.NewTicker(w.step)
	defer tick.Stop()
	l := looked{room: math.Inf(1)}
	for {
		at := time.Now()
		got := l.take(w, w.ask(ctx, at))
		after := at.Sub(start)
		switch {
		case ctx.Err() != nil:
			return l, cut(l.seen(after), l.samples)
		case got == broken:
			return l, l.found(observation.Missed, after, "")
		case after >= w.lasts && l.why != "":
			return l, l.found(observation.Unknown, after, l.why)
		case after >= w.lasts:
			return l, l.found(observation.Met, after, "")
		}
		pause(ctx, tick, start.Add(w.lasts))
	}
}

// await evaluates until the limit begins to hold, and then for as long as it
// must hold. When the time to wait is over, the newest evaluation decides.
func (w *wanted) await(ctx context.Context) (looked, finding) {
	start := time.Now()
	tick := time.NewTicker(w.step)
	defer tick.Stop()
	var since time.Time // when it began to hold; zero if it does not
	l := looked{room: math.Inf(1)}
	for {
		at := time.Now()
		if since.IsZero() {
			l = looked{room: math.Inf(1), samples: l.samples}
		}
		got := l.take(w, w.ask(ctx, at))
		after, over := at.Sub(start), time.Since(start) >= w.within
		until := start.Add(w.within)
		switch {
		case ctx.Err() != nil:
			return l, cut(l.seen(after), l.samples)
		case got == holds:
			if since.IsZero() {
				since = at
			}
			if at.Sub(since) >= w.lasts {
				return l, l.found(observation.Met, since.Sub(start), "")
			}
			until = since.Add(w.lasts)
		case got == broken && over:
			return l, l.found(observation.Missed, after, "")
		case over:
			return l, l.found(observation.Unknown, after, l.why)
		default:
			since = time.Time{}
		}
		pause(ctx, tick, until)
	}
}

// pause waits for the next step, or for a moment before it.
func pause(ctx context.Context, tick *time.Ticker, until time.Time) {
	last := time.NewTimer(time.Until(until))
	defer last.Stop()
	select {
	case <-tick.C:
	case <-last.C:
	case <-ctx.Done():
	}
}

// take adds one evaluation: of all series, the one with the least room counts.
func (l *looked) take(w *wanted, answer observation.Prom) verdict {
	if answer.Outcome != observation.PromValue || len(answer.Series) == 0 {
		l.why = string(answer.Outcome)
		if answer.Error != "" {
			l.why += ": " + answer.Error
		}
		return blind
	}
	l.samples++
	got := holds
	for _, s := range answer.Series {
		v := float64(s.Value)
		room := min(v-w.min, w.max-v)
		if !(room >= 0) { // NaN, which Prometheus' own outcome excludes, is beyond any limit
			got = broken
		}
		if room < l.room || math.IsInf(l.room, 1) {
			l.value, l.room = v, room
		}
	}
	return got
}

func (l *looked) seen(after time.Duration) string {
	if math.IsInf(l.room, 1) {
		return ""
	}
	return fmt.Sprintf("%s after %s", unit.Number(l.value), unit.Duration(after))
}

// found is the finding that these evaluations end in.
func (l *looked) found(outcome observation.ExpectationOutcome, after time.Duration, cause string) finding {
	f := finding{outcome: outcome, seen: l.seen(after), samples: l.samples, cause: cause}
	if f.seen != "" {
		f.margin = unit.Number(l.room)
		if l.room >= 0 {
			f.margin = "+" + f.margin
		}
	}
	return f
}
