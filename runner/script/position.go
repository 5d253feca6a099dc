package script

import (
	"strconv"
	"strings"

	"github.com/grafana/sobek/ast"
	"github.com/grafana/sobek/file"

	"github.com/artisan-platform/headroom/runner/script/option"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// at places a text in a file.
func at(body *ast.Program, idx file.Idx, text string) *vu.Exception {
	p := body.File.Position(int(idx) - body.File.Base())
	return &vu.Exception{File: p.Filename, Line: p.Line, Col: p.Column, Text: text}
}

// importPosition finds the statement of body that imports specifier.
func importPosition(body *ast.Program, specifier string) (file.Idx, bool) {
	for _, s := range body.Body {
		switch d := s.(type) {
		case *ast.ImportDeclaration:
			if d.ModuleSpecifier.String() == specifier || (d.FromClause != nil && d.FromClause.ModuleSpecifier.String() == specifier) {
				return d.Idx0(), true
			}
		case *ast.ExportDeclaration:
			if d.FromClause != nil && d.FromClause.ModuleSpecifier.String() == specifier {
				return d.Idx0(), true
			}
		}
	}
	return 0, false
}

// optionsError places the problems of options in the script, as far as they
// are written there and not computed.
func optionsError(body *ast.Program, problems option.Problems) error {
	var lines errorList
	for _, p := range problems {
		lines = append(lines, placeProblem(body, p))
	}
	return lines
}

func placeProblem(body *ast.Program, p option.Problem) *vu.Exception {
	literal := optionsLiteral(body)
	if literal == nil {
		return &vu.Exception{File: body.File.Name(), Line: 1, Col: 1, Text: p.String()}
	}
	return at(body, descend(literal, p.Path).Idx0(), p.String())
}

// errorList is several errors, one a line.
type errorList []*vu.Exception

func (l errorList) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// optionsLiteral finds what a top-level variable options is set to.
func optionsLiteral(body *ast.Program) ast.Expression {
	for _, s := range body.Body {
		for _, b := range bindings(s) {
			if name, ok := b.Target.(*ast.Identifier); ok && name.Name == "options" && b.Initializer != nil {
				return b.Initializer
			}
		}
	}
	return nil
}

// bindings are the variables that a statement declares, exported or not.
func bindings(s ast.Statement) []*ast.Binding {
	switch d := s.(type) {
	case *ast.LexicalDeclaration:
		return d.List
	case *ast.VariableStatement:
		return d.List
	case *ast.ExportDeclaration:
		switch {
		case d.LexicalDeclaration != nil:
			return d.LexicalDeclaration.List
		case d.Variable != nil:
			return d.Variable.List
		}
	}
	return nil
}

// descend follows path into a literal, as far as it goes.
func descend(e ast.Expression, path []string) ast.Expression {
	for _, key := range path {
		next := step(e, key)
		if next == nil {
			return e
		}
		e = next
	}
	return e
}

func step(e ast.Expression, key string) ast.Expression {
	switch literal := e.(type) {
	case *ast.ArrayLiteral:
		if i, err := strconv.Atoi(key); err == nil && i < len(literal.Value) {
			return literal.Value[i]
		}
	case *ast.ObjectLiteral:
		for _, p := range literal.Value {
			keyed, ok := p.(*ast.PropertyKeyed)
			if !ok {
				continue
			}
			if name, ok := keyed.Key.(*ast.StringLiteral); ok && name.Value.String() == key {
				return keyed.Value
			}
		}
	}
	return nil
}
