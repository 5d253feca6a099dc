package script

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/grafana/sobek"
	"github.com/grafana/sobek/ast"
	"github.com/grafana/sobek/parser"

	"github.com/artisan-platform/headroom/runner/script/jslib"
	"github.com/artisan-platform/headroom/runner/script/k6core"
	"github.com/artisan-platform/headroom/runner/script/k6crypto"
	"github.com/artisan-platform/headroom/runner/script/k6csv"
	"github.com/artisan-platform/headroom/runner/script/k6data"
	"github.com/artisan-platform/headroom/runner/script/k6encoding"
	"github.com/artisan-platform/headroom/runner/script/k6execution"
	"github.com/artisan-platform/headroom/runner/script/k6fs"
	"github.com/artisan-platform/headroom/runner/script/k6html"
	"github.com/artisan-platform/headroom/runner/script/k6http"
	"github.com/artisan-platform/headroom/runner/script/k6metrics"
	"github.com/artisan-platform/headroom/runner/script/k6secrets"
	"github.com/artisan-platform/headroom/runner/script/k6timers"
	"github.com/artisan-platform/headroom/runner/script/k6websockets"
	"github.com/artisan-platform/headroom/runner/script/k6ws"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// modules are the built-in modules.
func modules() []vu.Module {
	return []vu.Module{
		k6core.Module(), k6crypto.Module(), k6csv.Module(), k6data.Module(), k6encoding.Module(), k6execution.Module(), k6fs.Module(),
		k6html.Module(), k6http.Module(), k6metrics.Module(), k6secrets.Module(), k6timers.Module(),
		k6websockets.Module(), k6ws.Module(),
	}
}

// Modules returns the built-in modules, with the names that they export.
func Modules() []vu.Module { return modules() }

// loader makes one function of a script and all that it imports. It does not
// change once the script is compiled.
type loader struct {
	source   Source
	modules  map[string]*vu.Module // that are built in, by name
	builtins []string              // the names that scripts are told of

	bundle *bundle
	body   *ast.Program    // of the bundle
	opened map[string]bool // by the init code that Compile has run, by absolute paths
}

func newLoader(s Source) *loader {
	l := &loader{source: s, modules: make(map[string]*vu.Module), opened: make(map[string]bool)}
	var names []string
	for _, m := range slices.Concat(modules(), s.Extensions) {
		l.modules[m.Name] = &m
		names = append(names, m.Name)
	}
	for old, name := range formerNames {
		l.modules[old] = l.modules[name]
	}
	for _, m := range jslib.Modules() {
		l.modules[m.Name] = &m
	}
	l.builtins = builtinNames(names)
	return l
}

// load reads the script and returns it ready to run.
func (l *loader) load() (*linked, error) {
	var err error
	if l.bundle, err = l.makeBundle(); err != nil {
		return nil, err
	}
	text := l.bundle.code + "\n//# sourceMappingURL=bundle.map\n"
	l.body, err = parser.ParseFile(nil, l.name(), text, 0, parser.IsModule, parser.WithSourceMapLoader(func(string) ([]byte, error) {
		return l.bundle.sourceMap, nil
	}))
	if err != nil {
		return nil, syntaxError(l.name(), err)
	}
	return l.link()
}

// name is the script's name for the JavaScript engine. The names in the source
// map are complete: they must not start from the script's folder once more.
func (l *loader) name() string {
	if filepath.IsAbs(l.source.Path) {
		return l.source.Path
	}
	return filepath.Base(l.source.Path)
}

// require is require(name) of a built-in module, for files that are CommonJS.
func (l *loader) require(v *vu.VU, specifier string) (sobek.Value, error) {
	m := l.modules[specifier]
	if m == nil {
		return nil, fmt.Errorf("require(%q): only a literal name can be required, and it is found when the script is read", specifier)
	}
	return v.Import(m, ""), nil
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
