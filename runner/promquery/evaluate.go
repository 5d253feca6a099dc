package promquery

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

// evaluator asks one query and names the outcome.
type evaluator struct {
	api   *api
	query spec.Query
	fresh *freshness
	limit time.Duration // age from which on a sample is stale
	// warn passes on what Prometheus warns of: a partial answer, for one.
	warn func(text string)
}

func newEvaluator(a *api, q spec.Query, limit time.Duration, warn func(string)) (*evaluator, error) {
	f, err := newFreshness(q.Expr)
	if err != nil {
		return nil, err
	}
	return &evaluator{api: a, query: q, fresh: f, limit: limit, warn: warn}, nil
}

// at evaluates the query at a time. An answer that looks like a value costs a
// second query where the expression reads series: how old they are.
func (e *evaluator) at(ctx context.Context, at time.Time) observation.Prom {
	out := observation.Prom{Query: e.query.Name, Expr: e.query.Expr, At: at.UTC()}
	got, err := e.api.query(ctx, e.query.Expr, at)
	if err != nil {
		out.Outcome, out.Error = observation.PromError, err.Error()
		return out
	}
	for _, text := range got.warnings {
		e.warn(text)
	}
	out.Outcome, out.Error = outcome(got, at, e.limit)
	if out.Outcome != observation.PromValue {
		return out
	}
	if e.fresh.expr != "" {
		ages, err := e.api.query(ctx, e.fresh.expr, at)
		if err != nil {
			out.Outcome, out.Error = observation.PromError, "ask how old the samples are: "+err.Error()
			return out
		}
		if why := e.fresh.stale(ages, at, e.limit); why != "" {
			out.Outcome, out.Error = observation.PromStale, why
			return out
		}
	}
	for _, s := range got.series {
		out.Series = append(out.Series, observation.PromSeries{Labels: s.labels, Value: observation.Float(s.value)})
	}
	return out
}

// outcome names what an answer is by itself. With one NaN among the series
// the whole is NaN: whoever aggregates them would get it too.
func outcome(a answer, at time.Time, limit time.Duration) (observation.PromOutcome, string) {
	if len(a.series) == 0 {
		return observation.PromEmpty, ""
	}
	nan := 0
	for _, s := range a.series {
		if age := at.Sub(s.at); age > limit {
			return observation.PromStale, fmt.Sprintf("the answer is for %v before the time asked for", age)
		}
		if math.IsNaN(s.value) {
			nan++
		}
	}
	if nan > 0 {
		return observation.PromNaN, fmt.Sprintf("%d of %d series are NaN", nan, len(a.series))
	}
	return observation.PromValue, ""
}
