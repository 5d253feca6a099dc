package script

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// bundle is a script with all files that it imports as one ES module, which
// imports nothing but built-in modules.
type bundle struct {
	code      string
	sourceMap []byte   // with the files as they are shown
	commonJS  bool     // the script is CommonJS: its exports are those of its default export
	files     []string // all that were read, by their absolute paths, the script first
	imports   []imported
}

// lowered are the parts of the language that the JavaScript engine does not
// know, and that can be expressed by others.
var lowered = map[string]bool{
	"async-generator": false, "for-await": false, "using": false, "decorators": false, "regexp-set-notation": false,
}

// makeBundle reads the script and what it imports: JavaScript, TypeScript
// (whose types are dropped and not checked), JSON, and packages of npm from
// node_modules, as ES modules or CommonJS.
func (l *loader) makeBundle() (*bundle, error) {
	s := l.source
	main := s.absolute(s.Path)
	result := api.Build(api.BuildOptions{
		Stdin:         &api.StdinOptions{Contents: s.Text, Sourcefile: main, ResolveDir: filepath.Dir(main), Loader: languageOf(s.Path)},
		AbsWorkingDir: s.dir(), Outdir: s.dir(), Bundle: true, Write: false, Metafile: true,
		Format: api.FormatESModule, Platform: api.PlatformNeutral, Target: api.ESNext, Supported: lowered,
		MainFields: []string{"module", "main"}, Conditions: []string{"import"},
		Define:      map[string]string{"import.meta": metaName},
		TreeShaking: api.TreeShakingFalse, Charset: api.CharsetUTF8, LegalComments: api.LegalCommentsNone,
		Sourcemap: api.SourceMapExternal, SourcesContent: api.SourcesContentExclude,
		Plugins: []api.Plugin{l.plugin()}, LogLevel: api.LogLevelSilent, LogLimit: 20,
	})
	if len(result.Errors) > 0 {
		return nil, l.bundleError(result.Errors)
	}
	b := &bundle{}
	for _, f := range result.OutputFiles {
		if strings.HasSuffix(f.Path, ".map") {
			b.sourceMap = f.Contents
		} else {
			b.code = string(f.Contents)
		}
	}
	if err := b.readMeta(result.Metafile, s); err != nil {
		return nil, fmt.Errorf("read what was bundled of %s: %w", s.Path, err)
	}
	var err error
	if b.sourceMap, err = shiftSourceMap(b.sourceMap, l.shownSource); err != nil {
		return nil, fmt.Errorf("read the source map of %s: %w", s.Path, err)
	}
	return b, nil
}

// languageOf tells what a script is written in by its name.
func languageOf(path string) api.Loader {
	switch filepath.Ext(path) {
	case ".ts", ".mts", ".cts":
		return api.LoaderTS
	case ".tsx":
		return api.LoaderTSX
	}
	return api.LoaderJS
}

// readMeta learns what was read, and what kind of module the script is.
func (b *bundle) readMeta(meta string, s Source) error {
	var m struct {
		Inputs map[string]struct {
			Format  string
			Imports []struct {
				Original string
				External bool
			}
		}
		Outputs map[string]struct{ EntryPoint string }
	}
	if err := json.Unmarshal([]byte(meta), &m); err != nil {
		return err
	}
	entry := ""
	for _, o := range m.Outputs {
		if o.EntryPoint != "" {
			entry = o.EntryPoint
		}
	}
	b.commonJS = m.Inputs[entry].Format == "cjs"
	for name, input := range m.Inputs {
		path := filepath.Join(s.dir(), name)
		switch {
		case name == entry:
			path = s.absolute(s.Path)
		case strings.HasPrefix(name, library+":"), strings.HasPrefix(name, "(disabled):"): // no files
			continue
		default:
			b.files = append(b.files, path)
		}
		for _, i := range input.Imports {
			if !i.External && i.Original != "" {
				b.imports = append(b.imports, imported{path, i.Original})
			}
		}
	}
	slices.Sort(b.files)
	b.files = append([]string{s.absolute(s.Path)}, b.files...)
	return nil
}

// bundleError tells all that is wrong with the files, each with its place.
func (l *loader) bundleError(messages []api.Message) error {
	var list []error
	for _, m := range messages {
		e := &vu.Exception{Text: m.Text}
		switch {
		case strings.HasPrefix(m.Text, "Could not resolve"):
			e.Text = "cannot find what is imported: " + m.Text + "; a file is imported by its path, as in \"./helper.js\", and a package is installed with npm install"
		case strings.HasPrefix(m.Text, "No matching export"), m.PluginName != "":
		default:
			e.Text = "SyntaxError: " + m.Text
		}
		if m.Location != nil {
			e.File, e.Line, e.Col = l.shown(filepath.Join(l.source.dir(), m.Location.File)), m.Location.Line, m.Location.Column+1
		}
		list = append(list, e)
	}
	return errors.Join(list...)
}

// shownSource is how messages name what a source map names.
func (l *loader) shownSource(name string) string {
	if strings.Contains(name, ":") {
		return name // a library, by its URL
	}
	return l.shown(filepath.Join(l.source.dir(), name))
}

// shown is how messages name a file: as the script was named, relative or not.
func (l *loader) shown(path string) string {
	if filepath.IsAbs(l.source.Path) {
		return path
	}
	if rel, err := filepath.Rel(l.source.dir(), path); err == nil {
		return filepath.ToSlash(rel)
	}
	return path
}
