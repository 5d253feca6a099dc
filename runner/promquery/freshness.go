package promquery

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
)

// maxSelectors bounds how many selectors of one expression are looked after;
// an expression with more has its first ones checked.
const maxSelectors = 16

// selectorLabel tells apart the answers of the freshness query.
const selectorLabel = "headroom_selector"

// freshness finds out how old the samples behind an answer are. The time in
// an instant answer is the one asked for, whatever the samples' age: rate()
// over a minute answers for a minute after the last scrape, and a selector
// looks back five minutes. So each selector is asked for the time of its
// newest sample. Selectors that are shifted into the past (offset, @) are
// meant to be old and are left out.
type freshness struct {
	expr      string // "": nothing to ask
	selectors []selector
}

type selector struct {
	text string
	// must: the answer is made of old samples if the selector has none now.
	// So it is where a range is read, unless the expression answers for
	// series that are absent.
	must bool
}

func newFreshness(expr string) (*freshness, error) {
	root, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		return nil, fmt.Errorf("parse PromQL: %w", err)
	}
	f := &freshness{}
	seen := make(map[string]bool)
	absence := answersAbsence(root)
	parser.Inspect(root, func(n parser.Node, path []parser.Node) error {
		vs, ok := n.(*parser.VectorSelector)
		if !ok || shifted(vs, path) || len(f.selectors) == maxSelectors {
			return nil
		}
		s := selector{text: vs.String(), must: !absence && readsRange(path)}
		if !seen[s.text] {
			seen[s.text] = true
			f.selectors = append(f.selectors, s)
		}
		return nil
	})
	parts := make([]string, len(f.selectors))
	for i, s := range f.selectors {
		parts[i] = fmt.Sprintf(`label_replace(max(timestamp(%s)), %q, "%d", "", "")`, s.text, selectorLabel, i)
	}
	f.expr = strings.Join(parts, " or ")
	return f, nil
}

// stale says which selector's newest sample is too old; "" if none is.
func (f *freshness) stale(newest answer, at time.Time, limit time.Duration) string {
	found := make(map[string]float64, len(newest.series))
	for _, s := range newest.series {
		found[s.labels[selectorLabel]] = s.value
	}
	for i, s := range f.selectors {
		seconds, ok := found[strconv.Itoa(i)]
		if !ok && s.must {
			return fmt.Sprintf("%s has no sample any more", s.text)
		}
		age := float64(at.UnixMilli())/1000 - seconds
		if ok && !(age <= limit.Seconds()) {
			return fmt.Sprintf("the newest sample of %s is %.1fs old, older than %v", s.text, age, limit)
		}
	}
	return ""
}

// shifted says whether a selector is evaluated at another time than asked.
func shifted(vs *parser.VectorSelector, path []parser.Node) bool {
	if vs.OriginalOffset != 0 || vs.OriginalOffsetExpr != nil || vs.Timestamp != nil || vs.StartOrEnd != 0 {
		return true
	}
	for _, n := range path {
		if s, ok := n.(*parser.SubqueryExpr); ok && (s.OriginalOffset != 0 || s.OriginalOffsetExpr != nil || s.Timestamp != nil || s.StartOrEnd != 0) {
			return true
		}
	}
	return false
}

func readsRange(path []parser.Node) bool {
	for _, n := range path {
		switch n.(type) {
		case *parser.MatrixSelector, *parser.SubqueryExpr:
			return true
		}
	}
	return false
}

// answersAbsence says whether an expression has an answer for series that do
// not exist.
func answersAbsence(root parser.Node) bool {
	found := false
	parser.Inspect(root, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.Call:
			found = found || n.Func.Name == "absent" || n.Func.Name == "absent_over_time"
		case *parser.BinaryExpr:
			found = found || n.Op == parser.LOR || n.Op == parser.LUNLESS
		}
		return nil
	})
	return found
}
