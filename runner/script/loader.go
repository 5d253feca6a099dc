package script

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/grafana/sobek"
	"github.com/grafana/sobek/ast"
	"github.com/grafana/sobek/parser"

	"github.com/artisan-platform/headroom/runner/script/jslib"
	"github.com/artisan-platform/headroom/runner/script/k6core"
	"github.com/artisan-platform/headroom/runner/script/k6csv"
	"github.com/artisan-platform/headroom/runner/script/k6data"
	"github.com/artisan-platform/headroom/runner/script/k6execution"
	"github.com/artisan-platform/headroom/runner/script/k6fs"
	"github.com/artisan-platform/headroom/runner/script/k6html"
	"github.com/artisan-platform/headroom/runner/script/k6http"
	"github.com/artisan-platform/headroom/runner/script/k6metrics"
	"github.com/artisan-platform/headroom/runner/script/k6secrets"
	"github.com/artisan-platform/headroom/runner/script/k6timers"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// modules are the built-in modules.
func modules() []vu.Module {
	return []vu.Module{
		k6core.Module(), k6csv.Module(), k6data.Module(), k6execution.Module(), k6fs.Module(), k6html.Module(),
		k6http.Module(), k6metrics.Module(), k6secrets.Module(), k6timers.Module(),
	}
}

// loader makes one module of a script and all that it imports, and links it
// with the built-in modules. It does not change once the script is compiled.
type loader struct {
	source   Source
	owners   vu.Owners
	records  map[string]*vu.Record // of the built-in modules, by name
	builtins []string              // those that scripts are told of

	bundle *bundle
	body   *ast.Program
	opened map[string]bool // by the init code that Compile has run, by absolute paths
}

func newLoader(s Source) *loader {
	l := &loader{source: s, records: make(map[string]*vu.Record), opened: make(map[string]bool)}
	var names []string
	for _, m := range modules() {
		l.records[m.Name] = vu.NewRecord(m, &l.owners)
		names = append(names, m.Name)
	}
	for _, m := range jslib.Modules() {
		l.records[m.Name] = vu.NewRecord(m, &l.owners)
	}
	l.builtins = builtinNames(names)
	return l
}

// load reads the script and returns it as a module that is ready to run.
func (l *loader) load() (*sobek.SourceTextModuleRecord, error) {
	var err error
	if l.bundle, err = l.makeBundle(); err != nil {
		return nil, err
	}
	// The names in the source map are complete: they must not start from the
	// script's folder once more.
	path := l.source.Path
	if !filepath.IsAbs(path) {
		path = filepath.Base(path)
	}
	text := l.bundle.code + "\n//# sourceMappingURL=bundle.map\n"
	l.body, err = parser.ParseFile(nil, path, text, 0, parser.IsModule, parser.WithSourceMapLoader(func(string) ([]byte, error) {
		return l.bundle.sourceMap, nil
	}))
	if err != nil {
		return nil, syntaxError(path, err)
	}
	record, err := sobek.ModuleFromAST(l.body, l.resolve)
	if err != nil {
		return nil, syntaxError(path, err)
	}
	if err := record.Link(); err != nil {
		return nil, syntaxError(path, err)
	}
	return record, nil
}

// resolve implements sobek.HostResolveImportedModuleFunc: nothing but built-in
// modules is left to be imported.
func (l *loader) resolve(_ any, specifier string) (sobek.ModuleRecord, error) {
	if r := l.records[specifier]; r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("module %q is not known", specifier)
}

// require is require(name) of a built-in module, for files that are CommonJS.
func (l *loader) require(v *vu.VU, specifier string) (sobek.Value, error) {
	r := l.records[specifier]
	if r == nil {
		return nil, fmt.Errorf("require(%q): only a literal name can be required, and it is found when the script is read", specifier)
	}
	return r.Default(v), nil
}

// readFile reads what the init code opens, and remembers it.
func (l *loader) readFile(path string) ([]byte, error) {
	b, err := l.source.readFile(path)
	if err == nil {
		l.opened[l.source.absolute(path)] = true
	}
	return b, err
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
		e.File, e.Line, e.Col = vu.FileName(p.Filename), p.Line, p.Column
	}
	return e
}
