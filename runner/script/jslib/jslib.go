// Package jslib answers imports of libraries from https://jslib.k6.io without
// a network: k6-utils, k6-summary and url. They are versions of our own, after
// the public documentation; what JavaScript would do slowly or twice is done
// by internal modules in Go.
package jslib

import (
	"embed"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Host is where scripts think that the libraries come from.
const Host = "https://jslib.k6.io/"

//go:embed js/*.js
var files embed.FS

// library is one library, and the versions that ours stands for.
type library struct {
	name     string
	versions *regexp.Regexp
	example  string
}

var libraries = []library{
	{"k6-utils", regexp.MustCompile(`^1\.\d+\.\d+$`), "1.4.0"},
	{"k6-summary", regexp.MustCompile(`^0\.\d+\.\d+$`), "0.1.0"},
	{"url", regexp.MustCompile(`^1\.\d+\.\d+$`), "1.0.0"},
}

// Resolve returns the source of the library at a URL, if there is one.
func Resolve(url string) (source string, ok bool) {
	rest, ok := strings.CutPrefix(url, Host)
	if !ok {
		return "", false
	}
	dir, file := path.Split(rest)
	name, version, _ := strings.Cut(strings.TrimSuffix(dir, "/"), "/")
	for _, l := range libraries {
		if l.name == name && file == "index.js" && l.versions.MatchString(version) {
			text, err := files.ReadFile("js/" + name + ".js")
			return string(text), err == nil
		}
	}
	return "", false
}

// Missing says why the library at a URL cannot be had.
func Missing(url string) error {
	have := make([]string, len(libraries))
	for i, l := range libraries {
		have[i] = Host + l.name + "/" + l.example + "/index.js"
	}
	return fmt.Errorf("module %q: this library, or this version of it, is not built in, and remote modules are not fetched: there are %s (and their other versions); download others and import them by path",
		url, strings.Join(have, ", "))
}

// Modules are the modules that the libraries need.
func Modules() []vu.Module {
	return []vu.Module{randomModule(), stageModule(), summaryModule(), urlModule()}
}
