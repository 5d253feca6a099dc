package script

import (
	"errors"
	"strconv"

	"github.com/grafana/sobek/ast"
	"github.com/grafana/sobek/file"

	"github.com/artisan-platform/headroom/runner/script/option"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// at places a text in a file.
func at(body *ast.Program, idx file.Idx, text string) *vu.Exception {
	p := body.File.Position(int(idx) - body.File.Base())
	return &vu.Exception{File: vu.FileName(p.Filename), Line: p.Line, Col: p.Column, Text: text}
}

// OptionsError is what is wrong with the options, one line a problem.
type OptionsError struct{ Err error }

func (e *OptionsError) Error() string { return e.Err.Error() }

// Unwrap returns the problems.
func (e *OptionsError) Unwrap() error { return e.Err }

// optionsError places the problems of options in the script, as far as they
// are written there and not computed.
func optionsError(body *ast.Program, problems option.Problems) error {
	lines := make([]error, len(problems))
	for i, p := range problems {
		lines[i] = placeProblem(body, p)
	}
	return &OptionsError{errors.Join(lines...)}
}

// placeProblem places what the script declares; other places name themselves.
func placeProblem(body *ast.Program, p option.Problem) error {
	if p.From != nil && !p.From.Script {
		return errors.New(p.String())
	}
	literal := optionsLiteral(body)
	if literal == nil {
		return &vu.Exception{File: body.File.Name(), Line: 1, Col: 1, Text: p.String()}
	}
	return at(body, descend(literal, p.Path).Idx0(), p.String())
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
