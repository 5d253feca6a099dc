package script

import (
	"errors"
	"fmt"
	"path/filepath"
	"sort"
	"strings"
	"sync"

	"github.com/grafana/sobek"
	"github.com/grafana/sobek/ast"
	"github.com/grafana/sobek/parser"

	"github.com/artisan-platform/headroom/runner/script/k6core"
	"github.com/artisan-platform/headroom/runner/script/k6crypto"
	"github.com/artisan-platform/headroom/runner/script/k6data"
	"github.com/artisan-platform/headroom/runner/script/k6encoding"
	"github.com/artisan-platform/headroom/runner/script/k6execution"
	"github.com/artisan-platform/headroom/runner/script/k6http"
	"github.com/artisan-platform/headroom/runner/script/k6metrics"
	"github.com/artisan-platform/headroom/runner/script/k6timers"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// modules are the built-in modules.
func modules() []vu.Module {
	return []vu.Module{
		k6core.Module(), k6crypto.Module(), k6data.Module(), k6encoding.Module(), k6execution.Module(),
		k6http.Module(), k6metrics.Module(), k6timers.Module(),
	}
}

// loader finds, parses and keeps the modules of a program. Linking is over
// before virtual users share what it keeps; the lock is for those that import
// late.
type loader struct {
	source Source
	owners vu.Owners

	mu       sync.Mutex
	records  map[string]sobek.ModuleRecord // by path, or by the name of a built-in module
	paths    map[any]string                // of the records that are files
	bodies   map[string]*ast.Program       // by path
	builtins []string
}

func newLoader(s Source) *loader {
	l := &loader{source: s, records: make(map[string]sobek.ModuleRecord), paths: make(map[any]string), bodies: make(map[string]*ast.Program)}
	for _, m := range modules() {
		l.records[m.Name] = vu.NewRecord(m, &l.owners)
		l.builtins = append(l.builtins, m.Name)
	}
	sort.Strings(l.builtins)
	return l
}

// resolve implements sobek.HostResolveImportedModuleFunc. Its errors name the
// statement that imports.
func (l *loader) resolve(from any, specifier string) (sobek.ModuleRecord, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	record, err := l.find(from, specifier)
	var placed *vu.Exception
	if err != nil && !errors.As(err, &placed) {
		if body := l.bodies[l.paths[from]]; body != nil {
			if idx, ok := importPosition(body, specifier); ok {
				return nil, at(body, idx, err.Error())
			}
		}
	}
	return record, err
}

func (l *loader) find(from any, specifier string) (sobek.ModuleRecord, error) {
	if r := l.records[specifier]; r != nil {
		return r, nil
	}
	if err := l.refuse(specifier); err != nil {
		return nil, err
	}
	path := specifier
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(l.paths[from]), specifier)
	}
	if r := l.records[path]; r != nil {
		return r, nil
	}
	text, err := l.source.readFile(path)
	if err != nil {
		return nil, fmt.Errorf("import %q: %w", specifier, err)
	}
	return l.parse(path, string(text))
}

// refuse says why a specifier names no module that can be had.
func (l *loader) refuse(specifier string) error {
	have := "the built-in modules are " + strings.Join(l.builtins, ", ")
	switch {
	case specifier == "k6" || strings.HasPrefix(specifier, "k6/"):
		return fmt.Errorf("module %q does not exist here: %s", specifier, have)
	case strings.Contains(specifier, "://"):
		return fmt.Errorf("module %q: remote modules are not fetched: download it and import it by path", specifier)
	case !filepath.IsAbs(specifier) && !strings.HasPrefix(specifier, "./") && !strings.HasPrefix(specifier, "../"):
		return fmt.Errorf("module %q is neither built in nor a path: %s; a file is imported by its path, as in \"./%s.js\"", specifier, have, specifier)
	case strings.HasSuffix(specifier, ".ts"):
		return fmt.Errorf("module %q: TypeScript is not supported yet: compile it to JavaScript first", specifier)
	}
	return nil
}

// parse adds a file. The caller holds the lock, or nobody else knows l yet.
func (l *loader) parse(path, text string) (*sobek.SourceTextModuleRecord, error) {
	body, err := parser.ParseFile(nil, path, text, 0, parser.IsModule, parser.WithDisableSourceMaps)
	if err != nil {
		return nil, syntaxError(path, err)
	}
	record, err := sobek.ModuleFromAST(body, l.resolve)
	if err != nil {
		return nil, syntaxError(path, err)
	}
	l.records[path], l.paths[record], l.bodies[path] = record, path, body
	return record, nil
}

// syntaxError tells the first of the errors that a parser or compiler found,
// with its place.
func syntaxError(path string, err error) error {
	var list parser.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		p := list[0].Position
		return &vu.Exception{File: path, Line: p.Line, Col: p.Column, Text: "SyntaxError: " + list[0].Message}
	}
	var syntax *sobek.CompilerSyntaxError
	var reference *sobek.CompilerReferenceError
	switch {
	case errors.As(err, &syntax):
		return compilerError(path, syntax.CompilerError, "SyntaxError: ")
	case errors.As(err, &reference):
		return compilerError(path, reference.CompilerError, "ReferenceError: ")
	}
	return err
}

func compilerError(path string, c sobek.CompilerError, kind string) error {
	e := &vu.Exception{File: path, Line: 1, Col: 1, Text: kind + c.Message}
	if c.File != nil {
		p := c.File.Position(c.Offset)
		e.File, e.Line, e.Col = p.Filename, p.Line, p.Column
	}
	return e
}
