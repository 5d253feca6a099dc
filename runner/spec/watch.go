package spec

import (
	"errors"
	"strings"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
	"go.yaml.in/yaml/v3"
)

// maxExpr bounds a PromQL expression, in bytes.
const maxExpr = 16 << 10

// watch decodes what is observed.
func (d *decoder) watch(to *Watch) func(node) {
	return func(n node) {
		d.mapping(n,
			may("namespace", d.text(&to.Namespace, isObject)),
			may("prometheus", d.text(&to.Prometheus, isURL)),
			may("step", d.duration(&to.Step, time.Second)),
			may("queries", d.queries(&to.Queries)),
		)
	}
}

// queries decodes the list of queries; their names must differ.
func (d *decoder) queries(to *[]Query) func(node) {
	return func(n node) {
		seen := make(map[string]bool)
		each(d, to, func(n node) (q Query) {
			d.mapping(n,
				need("name", d.unique(&q.Name, "query", seen)),
				need("expr", d.promql(&q.Expr)),
				may("unit", d.text(&q.Unit)),
			)
			return q
		})(n)
	}
}

// promql decodes an expression and parses it now, not minutes into a run.
func (d *decoder) promql(to *string) func(node) {
	return func(n node) {
		d.text(to, notEmpty)(n)
		switch {
		case *to == "":
			return
		case len(*to) > maxExpr:
			d.add(n, "the expression is longer than %d bytes", maxExpr)
			return
		}
		expr, err := parser.NewParser(parser.Options{}).ParseExpr(*to)
		if err != nil {
			d.promqlError(n, err)
			return
		}
		if t := expr.Type(); t != parser.ValueTypeVector && t != parser.ValueTypeScalar {
			d.add(n, "PromQL: the expression gives a %s: want an instant vector or a scalar, as rate(...[30s]) gives", parser.DocumentedType(t))
		}
	}
}

// promqlError puts the mistake in an expression at its place in the file, or
// at the expression's own where that place cannot be told. It is the first
// that the parser names; the others follow from it more often than not.
func (d *decoder) promqlError(n node, err error) {
	var list parser.ParseErrors
	if !errors.As(err, &list) || len(list) == 0 {
		d.add(n, "PromQL: %v", err)
		return
	}
	e := list[0]
	start := min(int(e.PositionRange.Start), len(strings.TrimRight(n.Value, " \n")))
	if line, col, ok := d.inside(n, start); ok {
		d.at(line, col, n.path, "PromQL: %v", e.Err)
		return
	}
	d.add(n, "PromQL, at character %d: %v", start+1, e.Err)
}

// inside maps a byte offset in the value of n to a place in the file. That
// works where the value stands in the file as it is: in a literal block, and
// on one line with nothing escaped.
func (d *decoder) inside(n node, offset int) (line, col int, ok bool) {
	if offset < 0 || offset > len(n.Value) {
		return 0, 0, false
	}
	before := n.Value[:offset]
	line = n.Line
	first := n.Column - 1
	switch n.Style {
	case yaml.LiteralStyle:
		k := strings.Count(before, "\n")
		before = before[strings.LastIndexByte(before, '\n')+1:]
		want := strings.Split(n.Value, "\n")[k]
		line += 1 + k
		if line > len(d.lines) {
			return 0, 0, false
		}
		first = len(d.lines[line-1]) - len(want)
		return line, first + len(before) + 1, first >= 0 && strings.HasSuffix(d.lines[line-1], want)
	case yaml.DoubleQuotedStyle, yaml.SingleQuotedStyle:
		first++
	}
	ok = line <= len(d.lines) && first <= len(d.lines[line-1]) && strings.HasPrefix(d.lines[line-1][first:], n.Value)
	return line, first + len(before) + 1, ok
}
