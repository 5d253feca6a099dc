package reports

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/artisan-platform/headroom/runner/verdict"
)

// schema is what Jenkins' junit-10.xsd allows: the children of each element in
// their order, and its attributes.
var schema = map[string]struct{ children, attributes string }{
	"testsuites": {"testsuite", "name time tests failures disabled errors"},
	"testsuite":  {"properties testcase system-out system-err", "name tests failures errors time disabled skipped timestamp hostname id package"},
	"properties": {"property", ""},
	"property":   {"", "name value"},
	"testcase":   {"skipped error failure system-out system-err", "name assertions time classname status"},
	"failure":    {"", "message type"},
	"error":      {"", "message type"},
	"system-out": {"", ""},
}

func TestJUnitFollowsTheSchema(t *testing.T) {
	var b bytes.Buffer
	if err := JUnit(&b, poisoned()); err != nil {
		t.Fatal(err)
	}
	type level struct {
		name string
		next int // least index that a child may have
	}
	var path []level
	for dec := xml.NewDecoder(&b); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if len(path) > 0 {
				parent := &path[len(path)-1]
				at := indexOf(schema[parent.name].children, e.Name.Local)
				if at < parent.next {
					t.Errorf("%s may not stand there in %s", e.Name.Local, parent.name)
				}
				parent.next = at
			}
			for _, a := range e.Attr {
				if indexOf(schema[e.Name.Local].attributes, a.Name.Local) < 0 {
					t.Errorf("%s has no attribute %s", e.Name.Local, a.Name.Local)
				}
			}
			path = append(path, level{name: e.Name.Local})
		case xml.EndElement:
			path = path[:len(path)-1]
		}
	}
}

func indexOf(list, name string) int {
	for i, s := range strings.Fields(list) {
		if s == name {
			return i
		}
	}
	return -1
}

func TestJUnitCounts(t *testing.T) {
	in := syntheticInput(func(r *verdict.Result) {
		r.Verdict = verdict.Fail
		r.Objectives[1].Verdict, r.Objectives[1].Cause = verdict.Fail, "the backend was slow"
		r.Objectives[4].Verdict, r.Objectives[4].Cause = verdict.Inconclusive, "a gap over the breach"
	})
	doc := junitDocument(in)
	if doc.Tests != 7 || doc.Failures != 1 || doc.Errors != 1 {
		t.Errorf("%d tests, %d failures, %d errors; want 7, 1, 1", doc.Tests, doc.Failures, doc.Errors)
	}
	names := make([]string, len(doc.Suites))
	for i, s := range doc.Suites {
		names[i] = s.Name
		if s.ID != i {
			t.Errorf("suite %s has id %d, want %d", s.Name, s.ID, i)
		}
	}
	if got := strings.Join(names, " "); got != "latency errors scale-out generator" {
		t.Errorf("suites: %s", got)
	}
	failed := doc.Suites[0].Cases[1].Failure
	if failed == nil || failed.Message != "p95 of step: measured 12 ms, limit <= 1 s: the backend was slow" {
		t.Errorf("failure: %+v", failed)
	}
	open := doc.Suites[2].Cases[1].Error
	if open == nil || open.Type != "inconclusive" || !strings.Contains(open.Text, "a gap over the breach") {
		t.Errorf("error: %+v", open)
	}
}
