package artisan

import (
	"context"
	"fmt"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/observation"
)

// expectation is what a script expects of the platform. The report shows it as
// an objective.
type expectation struct {
	name  string // "HPA backend: desired replicas"
	limit string // with its comparison: ">= 7 within 1m15s"
}

// finding is what became of an expectation.
type finding struct {
	outcome observation.ExpectationOutcome
	seen    string // "" if nothing was
	margin  string // distance to the limit, signed; "" where there is none
	cause   string // why it was missed, or is not known
	samples uint64 // how many observations stand behind it
	cut     bool   // the end of the iteration cut the wait off
}

// cut is the finding of a wait that the end of its iteration cut off.
func cut(seen string, samples uint64) finding {
	return finding{outcome: observation.Unknown, seen: seen, samples: samples, cut: true, cause: "the iteration ended while the script waited"}
}

// expect looks elsewhere whether an expectation is met, and returns a promise.
// It is kept with what done makes of the value that look found, or broken by an
// ExpectationError that says what was seen. Either way the run's log has it.
// look must end when its context does.
func expect[T any](m *Module, e expectation, look func(context.Context) (T, finding), done func(T) sobek.Value) sobek.Value {
	type found struct {
		value T
		finding
	}
	from, load := time.Now(), m.vu.Load()
	broken := m.errorOf("") // its stack is that of the call
	return promise(m, m.turns(), func(ctx context.Context) (found, error) {
		value, f := look(ctx)
		m.ext.observe(observation.Record{Kind: observation.KindExpectation, Expectation: &observation.Expectation{
			Load: load, Name: e.name, Limit: e.limit, Seen: f.seen, Margin: f.margin, Outcome: f.outcome, Cause: f.cause, From: from, Samples: f.samples, Cut: f.cut,
		}})
		return found{value, f}, nil
	}, func(f found) sobek.Value {
		m.vu.Expected(f.outcome == observation.Met, map[string]string{"expectation": e.name, "outcome": string(f.outcome)})
		if f.outcome != observation.Met {
			panic(m.expectationError(broken, e, f.finding))
		}
		return done(f.value)
	})
}

// expectationError fills in an error of the script.
func (m *Module) expectationError(broken sobek.Value, e expectation, f finding) sobek.Value {
	text := fmt.Sprintf("%s: expected %s", e.name, e.limit)
	if f.seen != "" {
		text += ", saw " + f.seen
	}
	if f.cause != "" {
		text += ": " + f.cause
	}
	o, ok := broken.(*sobek.Object)
	if !ok {
		return m.vu.Runtime().ToValue(text)
	}
	m.set(o, field{"name", "ExpectationError"}, field{"message", text}, field{"expectation", e.name}, field{"limit", e.limit},
		field{"outcome", string(f.outcome)}, field{"seen", f.seen}, field{"cause", f.cause})
	return o
}
