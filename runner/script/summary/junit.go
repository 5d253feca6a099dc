package summary

import (
	"encoding/xml"
	"fmt"
)

// JUnit writes the thresholds of an object of handleSummary as test cases of
// a JUnit report, one for each. A threshold that was not met is a failure.
func JUnit(data []byte, name, classname string) (string, error) {
	v, err := decode(data)
	if err != nil {
		return "", fmt.Errorf("write the data of handleSummary as JUnit: %w", err)
	}
	type failure struct {
		Message string `xml:"message,attr"`
	}
	type testCase struct {
		Name      string   `xml:"name,attr"`
		Classname string   `xml:"classname,attr"`
		Failure   *failure `xml:"failure"`
	}
	type suite struct {
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Cases    []testCase `xml:"testcase"`
	}
	s := suite{Name: name}
	for _, i := range ordered(v.items) {
		for _, t := range i.thresholds {
			c := testCase{Name: i.name + " - " + t.expr, Classname: classname}
			if !t.ok {
				c.Failure = &failure{"threshold not met:" + v.because(i, t)}
				s.Failures++
			}
			s.Cases = append(s.Cases, c)
		}
	}
	s.Tests = len(s.Cases)
	text, err := xml.MarshalIndent(struct {
		XMLName  xml.Name `xml:"testsuites"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Suite    suite    `xml:"testsuite"`
	}{Tests: s.Tests, Failures: s.Failures, Suite: s}, "", "  ")
	if err != nil {
		return "", fmt.Errorf("write the data of handleSummary as JUnit: %w", err)
	}
	return xml.Header + string(text) + "\n", nil
}

func (v view) because(i item, t outcome) string {
	if why := v.observed(i, t); why != "" {
		return why
	}
	return " " + t.expr
}
