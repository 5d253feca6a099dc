package reports

import (
	"fmt"

	"github.com/artisan-platform/headroom/runner/verdict"
)

// claim is how a verdict is shown: by a word and a mark, so that no reader
// depends on colour.
type claim struct {
	Word  string // PASS
	Class string // pass: names a style
	Mark  string // one cell wide
}

// claimOf shows anything that is neither a pass nor a fail as inconclusive.
func claimOf(v verdict.Value) claim {
	switch v {
	case verdict.Pass:
		return claim{"PASS", "pass", "✓"}
	case verdict.Fail:
		return claim{"FAIL", "fail", "✗"}
	}
	return claim{"INCONCLUSIVE", "inconclusive", "?"}
}

// overall is the verdict that the renderers show: the result's own, unless its
// objectives do not carry it. A pass over nothing is inconclusive.
func overall(r verdict.Result) verdict.Value {
	found := ofObjectives(r.Objectives)
	if r.Verdict == verdict.Fail || found == verdict.Fail {
		return verdict.Fail
	}
	if r.Verdict == verdict.Pass && found == verdict.Pass {
		return verdict.Pass
	}
	return verdict.Inconclusive
}

func ofObjectives(objectives []verdict.Objective) verdict.Value {
	n := tallyOf(objectives)
	switch {
	case n.Fail > 0:
		return verdict.Fail
	case n.Inconclusive > 0 || n.Pass == 0:
		return verdict.Inconclusive
	}
	return verdict.Pass
}

// tally counts objectives by verdict.
type tally struct{ Pass, Fail, Inconclusive int }

func tallyOf(objectives []verdict.Objective) tally {
	var t tally
	for _, o := range objectives {
		switch o.Verdict {
		case verdict.Pass:
			t.Pass++
		case verdict.Fail:
			t.Fail++
		default:
			t.Inconclusive++
		}
	}
	return t
}

func (t tally) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d inconclusive", t.Pass, t.Fail, t.Inconclusive)
}

// reason is the sentence under the verdict.
func reason(r verdict.Result) string {
	switch {
	case r.Reason != "":
		return r.Reason
	case len(r.Objectives) == 0:
		return "No objective was judged."
	}
	return "Of the objectives " + tallyOf(r.Objectives).String() + "."
}

// interruption says that the run did not end by itself, or "".
func interruption(in Input) string {
	cause := ""
	if end := in.run().End; end != nil && end.Cause != "" {
		cause = ": " + end.Cause
	}
	switch in.Result.Outcome {
	case "completed":
		return ""
	case "interrupted":
		return "The run was interrupted" + cause + ". What follows is what had been observed until then."
	case "broken":
		return "The harness failed during the run" + cause + ". What follows is what had been observed until then."
	case "killed":
		return "The log has no end: the run was killed. What follows is what had been observed until then."
	case "":
		return "How the run ended is not known."
	}
	return "The run ended as " + in.Result.Outcome + cause + "."
}
