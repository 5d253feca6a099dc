package script

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/artisan-platform/headroom/runner/script/jslib"
)

// library is the namespace of the libraries that are part of the program.
const library = "jslib"

// builtin is the namespace of built-in modules that are imported by import().
const builtin = "builtin"

// onLoadBuiltin makes a built-in module a file that passes its exports on, as
// the promise of import() gives them.
func (l *loader) onLoadBuiltin(a api.OnLoadArgs) (api.OnLoadResult, error) {
	text := fmt.Sprintf("export { default, %s } from %q;", strings.Join(l.modules[a.Path].Exports, ", "), a.Path)
	return api.OnLoadResult{Contents: &text, Loader: api.LoaderJS}, nil
}

func onLoadLibrary(a api.OnLoadArgs) (api.OnLoadResult, error) {
	text, ok := jslib.Resolve(a.Path)
	if !ok {
		return api.OnLoadResult{}, jslib.Missing(a.Path)
	}
	return api.OnLoadResult{Contents: &text, Loader: api.LoaderJS}, nil
}

// plugin tells the bundler where imports lead that are no files.
func (l *loader) plugin() api.Plugin {
	return api.Plugin{Name: "headroom", Setup: func(b api.PluginBuild) {
		b.OnResolve(api.OnResolveOptions{Filter: `.*`}, l.onResolve)
		b.OnLoad(api.OnLoadOptions{Filter: `.*`, Namespace: library}, onLoadLibrary)
		b.OnLoad(api.OnLoadOptions{Filter: `.*`, Namespace: "file"}, checkFile)
		b.OnLoad(api.OnLoadOptions{Filter: `.*`, Namespace: builtin}, l.onLoadBuiltin)
	}}
}

// checkFile refuses what is no file to read as a whole, such as a device, and
// leaves all else to the bundler.
func checkFile(a api.OnLoadArgs) (result api.OnLoadResult, err error) {
	info, missing := os.Stat(a.Path)
	switch {
	case missing != nil: // the bundler says so in its own words
	case !info.Mode().IsRegular():
		err = fmt.Errorf("%s is no file", a.Path)
	case info.Size() > maxFile:
		err = fmt.Errorf("%s is %d MiB large; at most %d MiB are read", a.Path, info.Size()>>20, maxFile>>20)
	}
	return result, err
}

func (l *loader) onResolve(a api.OnResolveArgs) (api.OnResolveResult, error) {
	specifier := a.Path
	if l.modules[specifier] != nil {
		if a.Kind == api.ResolveJSDynamicImport {
			return api.OnResolveResult{Path: specifier, Namespace: builtin}, nil
		}
		return api.OnResolveResult{Path: specifier, External: true}, nil
	}
	if _, ok := jslib.Resolve(specifier); ok {
		return api.OnResolveResult{Path: specifier, Namespace: library}, nil
	}
	if path, ok := strings.CutPrefix(specifier, "file://"); ok {
		path, err := url.PathUnescape(path)
		return api.OnResolveResult{Path: path}, err
	}
	return api.OnResolveResult{}, l.refuse(specifier)
}

// notHere are the modules of k6 that do not exist here, and why.
var notHere = map[string]string{
	"k6/browser":                "a browser is not driven: measure the requests of the page with k6/http",
	"k6/experimental/browser":   "a browser is not driven: measure the requests of the page with k6/http",
	"k6/net/grpc":               "gRPC is not supported",
	"k6/experimental/grpc":      "gRPC is not supported",
	"k6/experimental/streams":   "streams are not supported: k6/experimental/csv and k6/experimental/fs read files in pieces",
	"k6/experimental/redis":     "Redis is not supported",
	"k6/experimental/tracing":   "it was removed from k6: send the header traceparent yourself",
	"k6/experimental/webcrypto": "it was removed from k6: use the global crypto",
}

// formerNames are those under which modules began, which older scripts use.
var formerNames = map[string]string{
	"k6/experimental/timers":     "k6/timers",
	"k6/experimental/websockets": "k6/websockets",
}

// OtherModules returns the names of modules of k6 that are no modules of their
// own here: former names of others, and those that are refused by name.
func OtherModules() []string {
	return slices.Sorted(func(yield func(string) bool) {
		for _, m := range []map[string]string{formerNames, notHere} {
			for name := range m {
				if !yield(name) {
					return
				}
			}
		}
	})
}

// refuse says why a specifier names no module that can be had; nil leaves it
// to the bundler to find a file or a package.
func (l *loader) refuse(specifier string) error {
	have := "the built-in modules are " + strings.Join(l.builtins, ", ")
	switch {
	case notHere[specifier] != "":
		return fmt.Errorf("module %q does not exist here: %s; %s", specifier, notHere[specifier], have)
	case strings.HasPrefix(specifier, "k6/x/"):
		return fmt.Errorf("extension %q does not exist here: %s", specifier, have)
	case specifier == "k6" || strings.HasPrefix(specifier, "k6/"):
		return fmt.Errorf("module %q does not exist here: %s", specifier, have)
	case strings.HasPrefix(specifier, jslib.Host):
		return jslib.Missing(specifier)
	case strings.Contains(specifier, "://"):
		return fmt.Errorf("module %q: remote modules are not fetched: download it and import it by path", specifier)
	case specifier == "":
		return errors.New("an import names no module")
	}
	return nil
}

// builtinNames are the modules that scripts are told of.
func builtinNames(names []string) []string {
	shown := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.HasPrefix(n, "k6") })
	slices.Sort(shown)
	return shown
}
