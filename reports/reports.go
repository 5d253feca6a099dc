// Package reports renders a judged run for those who read it: a person at a
// terminal, a release engineer with a browser, a pipeline that gates on JUnit
// or JSON, a job page that shows Markdown. Renderers are pure: the same input
// gives the same bytes, and none of them decides anything. What the judge left
// open is never shown as success.
package reports

import (
	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/verdict"
)

// Names of the files that a run's directory holds beside its log.
const (
	HTMLFile     = "report.html"
	JUnitFile    = "junit.xml"
	JSONFile     = "result.json"
	MarkdownFile = "summary.md"
)

// Input is what every renderer reads. Run and Plan may be nil: what they
// would have shown is then left out.
type Input struct {
	Result verdict.Result
	Run    *observation.Run
	Plan   *spec.Plan
}

// run is the run to read from, empty if there is none.
func (in Input) run() *observation.Run {
	if in.Run == nil {
		return &observation.Run{}
	}
	return in.Run
}

// plan is the plan to read from, empty if there is none.
func (in Input) plan() *spec.Plan {
	if in.Plan == nil {
		return &spec.Plan{}
	}
	return in.Plan
}
