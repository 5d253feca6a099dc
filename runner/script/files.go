package script

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/artisan-platform/headroom/runner/script/symlink"
)

// Files are all files that the script is made of, by their absolute paths:
// those of Imported, and those of Opened.
func (p *Program) Files() []string {
	all := p.Imported()
	for _, path := range p.Opened() {
		if !slices.Contains(all, path) {
			all = append(all, path)
		}
	}
	return all
}

// Imported are the script, which is the first, what it imports, and what says
// where imports lead: package.json, tsconfig.json and symbolic links. With
// these, and no others, the script imports the same.
func (p *Program) Imported() []string {
	t := trace{found: make(map[string]bool)}
	b := p.loader.bundle
	main := b.files[0]
	t.describe(main)
	t.addLinks(filepath.Dir(main)) // it is read by the name that it was given, be it a link
	for _, path := range b.files[1:] {
		t.found[path] = true
		t.addLinks(path)
		t.describe(path)
	}
	for _, i := range b.imports {
		t.addImport(i)
	}
	delete(t.found, main)
	return append([]string{main}, slices.Sorted(maps.Keys(t.found))...)
}

// Opened are the files that the init code has opened, sorted.
func (p *Program) Opened() []string { return slices.Sorted(maps.Keys(p.loader.opened)) }

// imported is an import as it is written.
type imported struct{ from, specifier string }

// trace finds out by which files imports are resolved.
type trace struct{ found map[string]bool }

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// describe adds what tells how the imports of a file are resolved.
func (t *trace) describe(path string) {
	dir := filepath.Dir(path)
	if strings.Contains(path, string(filepath.Separator)+"node_modules"+string(filepath.Separator)) {
		t.addPackage(dir)
		return
	}
	t.addNearest(dir, "package.json")
	if config := t.addNearest(dir, "tsconfig.json", "jsconfig.json"); config != "" {
		t.addExtended(config, 10)
	}
}

// addPackage adds every package.json from a folder up to that of the package.
func (t *trace) addPackage(dir string) {
	for ; filepath.Base(dir) != "node_modules" && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if path := filepath.Join(dir, "package.json"); exists(path) {
			t.found[path] = true
		}
	}
}

// addNearest adds the first of some files that is in a folder or above it.
func (t *trace) addNearest(dir string, names ...string) string {
	for ; ; dir = filepath.Dir(dir) {
		for _, name := range names {
			if path := filepath.Join(dir, name); exists(path) {
				t.found[path] = true
				t.addLinks(path)
				return path
			}
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

var (
	extends = regexp.MustCompile(`"extends"\s*:\s*(\[[^\]]*\]|"[^"\n]*")`)
	quoted  = regexp.MustCompile(`"[^"\n]*"`)
)

// addExtended adds the files that a tsconfig.json extends. It is JSON with
// comments; one too many that is found in a comment does no harm.
func (t *trace) addExtended(config string, depth int) {
	text, err := os.ReadFile(config)
	if err != nil || depth == 0 {
		return // the bundler has said what is wrong
	}
	for _, list := range extends.FindAllSubmatch(text, -1) {
		for _, name := range quoted.FindAllString(string(list[1]), -1) {
			base := t.locate(filepath.Dir(config), strings.Trim(name, `"`))
			for _, path := range []string{base, base + ".json", filepath.Join(base, "tsconfig.json")} {
				if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && !t.found[path] {
					t.found[path] = true
					t.addLinks(path)
					t.addExtended(path, depth-1)
				}
			}
		}
	}
}

// addImport adds the symbolic links that an import goes through.
func (t *trace) addImport(i imported) {
	t.addLinks(t.locate(filepath.Dir(i.from), strings.TrimPrefix(i.specifier, "file://")))
}

// locate is the path that a specifier stands for, as it is written: a file,
// perhaps without its extension, or something in the nearest node_modules that
// has the package.
func (t *trace) locate(dir, specifier string) string {
	switch {
	case filepath.IsAbs(specifier):
		return filepath.Clean(specifier)
	case strings.HasPrefix(specifier, "."):
		return filepath.Join(dir, specifier)
	}
	parts := strings.SplitN(specifier, "/", 3)
	name := parts[0]
	if strings.HasPrefix(name, "@") && len(parts) > 1 {
		name += "/" + parts[1]
	}
	for ; ; dir = filepath.Dir(dir) {
		if exists(filepath.Join(dir, "node_modules", name)) {
			return filepath.Join(dir, "node_modules", specifier)
		}
		if dir == filepath.Dir(dir) {
			return filepath.Join(dir, specifier) // no package: an alias of tsconfig.json, or of package.json
		}
	}
}

// addLinks adds the symbolic links on the way to a path.
func (t *trace) addLinks(path string) {
	// A loop of links is none that an import has gone through.
	_, _ = symlink.Resolve(path, func(link, _ string) { t.found[link] = true })
}
