package reports

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/unit"
	"github.com/artisan-platform/headroom/runner/verdict"
)

// The elements and attributes are those that Jenkins and GitLab agree on.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Time     string       `xml:"time,attr"` // seconds
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		ID         int             `xml:"id,attr"`
		Package    string          `xml:"package,attr"`
		Timestamp  string          `xml:"timestamp,attr,omitempty"` // UTC, without a zone, as the schema wants
		Hostname   string          `xml:"hostname,attr,omitempty"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		Classname string        `xml:"classname,attr"`
		Time      string        `xml:"time,attr"`
		Failure   *junitProblem `xml:"failure"`
		Error     *junitProblem `xml:"error"`
		Output    string        `xml:"system-out,omitempty"`
	}
	junitProblem struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes junit.xml: a test suite per group of objectives, a test case
// per objective. A fail is a failure; an inconclusive objective is an error,
// so that no pipeline takes it for a pass.
func JUnit(w io.Writer, in Input) error {
	doc := junitDocument(in)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("write junit.xml: %w", err)
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("write junit.xml: %w", err)
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return fmt.Errorf("write junit.xml: %w", err)
	}
	return nil
}

func junitDocument(in Input) junitSuites {
	r := in.Result
	doc := junitSuites{Name: legal("headroom " + r.Plan), Time: seconds(r.End.Sub(r.Start))}
	for _, g := range groups(withVerdict(r)) {
		s := junitSuite{Name: legal(g.name), ID: len(doc.Suites), Package: "headroom", Time: "0.000",
			Hostname: legal(in.run().Info.Host.Name), Properties: junitProperties(in)}
		if !r.Start.IsZero() {
			s.Timestamp = r.Start.UTC().Format("2006-01-02T15:04:05")
		}
		for _, o := range g.objectives {
			s.add(o)
		}
		doc.Tests += s.Tests
		doc.Failures += s.Failures
		doc.Errors += s.Errors
		doc.Suites = append(doc.Suites, s)
	}
	return doc
}

// withVerdict returns the objectives, and the run itself as one more where the
// objectives alone would look better than the verdict.
func withVerdict(r verdict.Result) []verdict.Objective {
	v := overall(r)
	if v == ofObjectives(r.Objectives) && len(r.Objectives) > 0 {
		return r.Objectives
	}
	return append(append([]verdict.Objective{}, r.Objectives...), verdict.Objective{
		Name: "verdict", Group: "run", Verdict: v, Value: string(v), Limit: "= pass", Cause: reason(r),
	})
}

// group is the objectives of one kind.
type group struct {
	name       string
	objectives []verdict.Objective
}

// groups keeps the order in which the judge lists the objectives.
func groups(objectives []verdict.Objective) []group {
	var out []group
	at := make(map[string]int)
	for _, o := range objectives {
		i, ok := at[o.Group]
		if !ok {
			i = len(out)
			at[o.Group] = i
			out = append(out, group{name: o.Group})
		}
		out[i].objectives = append(out[i].objectives, o)
	}
	return out
}

func (s *junitSuite) add(o verdict.Objective) {
	c := junitCase{Name: legal(o.Name), Classname: legal("headroom." + o.Group), Time: "0.000"}
	text := legal(objectiveText(o))
	switch claimOf(o.Verdict).Class {
	case "pass":
		c.Output = text
	case "fail":
		c.Failure = &junitProblem{Message: legal(problem(o)), Type: "fail", Text: text}
		s.Failures++
	default:
		c.Error = &junitProblem{Message: legal(problem(o)), Type: "inconclusive", Text: text}
		s.Errors++
	}
	s.Tests++
	s.Cases = append(s.Cases, c)
}

// problem says in one line what an objective missed.
func problem(o verdict.Objective) string {
	s := fmt.Sprintf("%s: measured %s, limit %s", o.Name, or(o.Value, "nothing"), or(o.Limit, "none"))
	if o.Cause != "" {
		s += ": " + o.Cause
	}
	return s
}

func objectiveText(o verdict.Objective) string {
	var b strings.Builder
	for _, f := range [][2]string{
		{"verdict", string(o.Verdict)}, {"value", o.Value}, {"limit", o.Limit}, {"margin", o.Margin},
		{"samples", unit.Count(o.Samples)}, {"cause", o.Cause}, {"evidence", o.Evidence},
	} {
		if f[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", f[0], f[1])
		}
	}
	return b.String()
}

func junitProperties(in Input) []junitProperty {
	r, host := in.Result, in.run().Info.Host
	var out []junitProperty
	for _, f := range [][2]string{
		{"headroom.run", r.Run}, {"headroom.plan", r.Plan}, {"headroom.version", r.Headroom},
		{"headroom.verdict", string(overall(r))}, {"headroom.outcome", r.Outcome}, {"headroom.reason", reason(r)},
		{"host.os", host.OS},
	} {
		if f[1] != "" {
			out = append(out, junitProperty{f[0], legal(f[1])})
		}
	}
	if host.Cores > 0 {
		out = append(out, junitProperty{"host.cores", fmt.Sprint(host.Cores)})
	}
	return out
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", max(d, 0).Seconds()) }

// or is s, or instead if there is no s.
func or(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}
