package option

import (
	"fmt"
	"strings"

	"github.com/artisan-platform/headroom/runner/executor"
)

// Describe tells in one line what a scenario runs, such as "10 looping VUs for
// 30s (gracefulStop: 30s)".
func (o Options) Describe(s *Scenario) string {
	what, details := describeExecutor(o.Executor(s), s.settings)
	if s.Start > 0 {
		details = append(details, "startTime: "+durationText(s.Start))
	}
	if s.Exec != "default" {
		details = append(details, "exec: "+s.Exec)
	}
	if g := s.Executor.Grace(); g > 0 {
		details = append(details, "gracefulStop: "+durationText(g))
	}
	if len(details) == 0 {
		return what
	}
	return what + " (" + strings.Join(details, ", ") + ")"
}

func describeExecutor(x executor.Executor, set settings) (what string, details []string) {
	initial, limit := x.VUs()
	switch e := x.(type) {
	case executor.ConstantVUs:
		return fmt.Sprintf("%d looping VUs for %s", e.Count, durationText(e.Length)), nil
	case executor.RampingVUs:
		return fmt.Sprintf("Up to %d looping VUs for %s over %d stages", limit, durationText(e.Duration()), len(e.Stages)),
			[]string{"gracefulRampDown: " + durationText(e.GracefulRampDown)}
	case executor.SharedIterations:
		return fmt.Sprintf("%d iterations shared among %d VUs", e.Iterations, e.Count), []string{"maxDuration: " + durationText(e.MaxDuration)}
	case executor.PerVUIterations:
		return fmt.Sprintf("%d iterations for each of %d VUs", e.Iterations, e.Count), []string{"maxDuration: " + durationText(e.MaxDuration)}
	}
	vus := fmt.Sprintf("maxVUs: %d", limit)
	if initial != limit {
		vus = fmt.Sprintf("maxVUs: %d-%d", initial, limit)
	}
	if len(set.stages) == 0 {
		return fmt.Sprintf("%.2f iterations/s for %s", set.rate/set.timeUnit.Seconds(), durationText(x.Duration())), []string{vus}
	}
	peak := set.startRate
	for _, st := range set.stages {
		peak = max(peak, float64(st.target))
	}
	return fmt.Sprintf("Up to %.2f iterations/s for %s over %d stages", peak/set.timeUnit.Seconds(), durationText(x.Duration()), len(set.stages)), []string{vus}
}
