package image

import (
	"path"
	"regexp"
	"time"
)

// Image is one container image: the reference that manifests use, and how to
// make it where no registry answers.
type Image struct {
	Ref    string // full reference with a version tag, the same in every mode
	Recipe Recipe
	// Local marks an image that is built from Headroom's own source in every
	// mode: no registry serves it.
	Local bool
}

// Recipe says how an image is made. Its layers are, from the bottom: what
// Debian provides, then Files.
type Recipe struct {
	Debian *Debian
	Files  []File
	Config Config
}

// Config is the part of an image's configuration that recipes set.
type Config struct {
	Entrypoint []string
	Cmd        []string
	Env        []string // besides PATH
	User       string   // empty is root
	WorkDir    string
	StopSignal string
}

// GoBuild is a set of Go commands that are built in one generated module.
// Each component has a module of its own, because their dependencies do not
// agree on one version of the Kubernetes API.
type GoBuild struct {
	Name    string // short and unique: "kubernetes"
	Module  string
	Version string
	// With are further modules built in the same generated module.
	With []Module
	// Staging, when set, is the version of the modules that Module's own go.mod
	// requires at no real version and replaces by folders ("./staging/...").
	Staging string
	// Swap takes the place of modules that Module requires and that a module
	// proxy does not serve, or of which the stack needs but a part.
	Swap     []Swap `json:",omitempty"`
	Packages []string
	Tags     []string
	Vars     map[string]string // set at link time (-X)
	// Expected is how long a build takes with nothing cached on two cores, alone.
	Expected time.Duration `json:"-"`
}

// Module is a Go module at a version.
type Module struct{ Path, Version string }

// Swap puts something else in the place of the module Path: the published
// module With, a copy of it in which Files are replaced, or, without With, Files
// alone.
type Swap struct {
	Path  string
	With  Module
	Files map[string]string // content by path in the module
}

// Debian is what an image takes from Debian. With Paths the image is minimal:
// these files and the shared libraries they need. Without, it is the whole
// root file system after the packages were installed.
type Debian struct {
	Packages []Package
	Paths    []string // files or directories; a trailing /* takes a directory's content
	// Drop lists glob patterns of files that a whole root file system leaves out.
	Drop     []string
	Expected time.Duration `json:"-"`
}

// Package is a Debian package. Version, when set, is the upstream version that
// the image's tag promises; another one in the archive fails the build.
type Package struct{ Name, Version string }

// File is one file or tree of an image. Exactly one of the sources (Build,
// Text, Link, Tree, Dir, Spec) is set.
type File struct {
	Path string // absolute, in the image
	Mode uint32 // permission bits; 0 is 0644, or 0755 for programs and directories

	Build  *GoBuild // with Binary: the program of that name from this build
	Binary string
	Text   string   // literal content
	Link   string   // target of a symbolic link
	Tree   *Tree    // a folder of a Go module
	Dir    bool     // an empty directory
	Spec   *GoBuild // the default OCI spec, as this build's ctr prints it
	Source string   // a command of Headroom's own module: "./cluster/platform/cmd/platform"
}

// Tree is a folder inside a Go module's source. Scripts (files under a bin
// folder) become executable, all else plain files.
type Tree struct {
	Module Module
	Folder string
	Except []string // base names to leave out
}

// binary is a program of build b, installed at path p under the name the
// Go tool gives it, or another one.
func binary(b *GoBuild, name, p string) File {
	return File{Path: p, Build: b, Binary: name}
}

// text is a literal file.
func text(p, content string) File { return File{Path: p, Text: content} }

// script is a literal, executable file.
func script(p, content string) File { return File{Path: p, Text: content, Mode: 0o755} }

// link is a symbolic link.
func link(p, target string) File { return File{Path: p, Link: target} }

// directory is an empty directory.
func directory(p string, mode uint32) File { return File{Path: p, Dir: true, Mode: mode} }

// builds lists the Go builds that the recipe takes programs from, each once,
// in the order of first use.
func (r Recipe) builds() []*GoBuild {
	var out []*GoBuild
	seen := map[string]bool{}
	for _, f := range r.Files {
		for _, b := range []*GoBuild{f.Build, f.Spec} {
			if b != nil && !seen[b.Name] {
				seen[b.Name] = true
				out = append(out, b)
			}
		}
	}
	return out
}

// programs are the file names that `go build -o DIR/` gives the packages.
func (b *GoBuild) programs() []string {
	names := make([]string, len(b.Packages))
	for i, p := range b.Packages {
		names[i] = programName(p)
	}
	return names
}

// majorVersion is a path element that the Go tool leaves out of a program's name.
var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// programName is the Go tool's rule: the last path element that is not a
// major version.
func programName(pkg string) string {
	if base := path.Base(pkg); !majorVersion.MatchString(base) {
		return base
	}
	return path.Base(path.Dir(pkg))
}
