package reports

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/unit"
)

// Live is the state of a run at one moment.
type Live struct {
	Phase    string
	Elapsed  time.Duration
	Total    time.Duration // 0: not known
	RPS      float64       // achieved, over the last second or so
	Offered  float64       // 0: not known
	P95      time.Duration // from due; HasP95 says if there was any response
	HasP95   bool
	Requests uint64
	Errors   uint64                  // failed requests so far
	Replicas map[string]LiveReplicas // by HPA
}

// LiveReplicas are the replicas of one HPA's target.
type LiveReplicas struct{ Ready, Desired int32 }

// LiveLine prints a run's state on one line of at most width cells, without an
// end of line. What matters least is left out first; width 0 leaves out
// nothing.
func LiveLine(l Live, width int) string {
	head := printable(or(l.Phase, "run")) + " " + clock(l.Elapsed)
	if l.Total > 0 {
		head += "/" + clock(l.Total)
	}
	rps := unit.Rate(l.RPS)
	if l.Offered > 0 {
		rps += " of " + unit.Rate(l.Offered)
	}
	p95 := none
	if l.HasP95 {
		p95 = unit.Duration(l.P95)
	}
	parts := []string{head, rps, "p95 " + p95, unit.Count(l.Errors) + " errors"}
	keep := []int{0, 2, 3, 1} // the order of worth
	for _, name := range sortedKeys(l.Replicas) {
		r := l.Replicas[name]
		parts = append(parts, fmt.Sprintf("%s %d/%d", printable(name), r.Ready, r.Desired))
		keep = append(keep, len(parts)-1)
	}
	if l.Requests > 0 {
		parts = append(parts, unit.Count(l.Requests)+" requests")
		keep = append(keep, len(parts)-1)
	}
	return fit(parts, keep, width)
}

// fit joins as many parts as width holds, the worthiest first, in their order.
func fit(parts []string, keep []int, width int) string {
	const gap = "  "
	if width <= 0 {
		return strings.Join(parts, gap)
	}
	chosen, used := []int{}, 0
	for _, i := range keep {
		need := cells(parts[i])
		if len(chosen) > 0 {
			need += len(gap)
		}
		if used+need > width {
			break
		}
		chosen, used = append(chosen, i), used+need
	}
	if len(chosen) == 0 {
		return cut(parts[keep[0]], width)
	}
	slices.Sort(chosen)
	out := make([]string, len(chosen))
	for n, i := range chosen {
		out[n] = parts[i]
	}
	return strings.Join(out, gap)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
