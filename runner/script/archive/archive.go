// Package archive keeps a script with all files that it is made of in one tar
// file, as `k6 archive` does, so that it runs elsewhere.
package archive

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Metadata is metadata.json of an archive.
type Metadata struct {
	Type         string            `json:"type"`
	Options      json.RawMessage   `json:"options"`  // an object, as a script would export it
	Filename     string            `json:"filename"` // absolute path of the script
	Pwd          string            `json:"pwd"`      // absolute path from which the script is run
	Env          map[string]string `json:"env"`
	K6Version    string            `json:"k6version"`
	Dependencies map[string]string `json:"dependencies,omitempty"` // versions by modules
}

// Archive is a script with its files. All paths are absolute, and separated by
// slashes.
type Archive struct {
	Metadata
	Data    []byte            // the script
	Scripts map[string][]byte // what it imports, and what says where imports lead
	Files   map[string][]byte // what it opens
	Links   map[string]string // symbolic links to files and folders, by their paths
}

// entry is a file or a link of an archive.
type entry struct {
	name    string // in the tree that both kinds of files share, without the first slash
	tree    string // scripts or files
	content []byte
	target  string // of a link, relative to the folder that holds it
}

const (
	scriptsTree = "scripts"
	filesTree   = "files"
)

// user is the part of a path that names a person.
var user = regexp.MustCompile(`^/(home|Users)/[^/]+`)

// anonymous is the path without the name of the person whose home it is in.
func anonymous(name string) string { return user.ReplaceAllString(name, "/$1/nobody") }

// anonymous is the archive without the name of a person in its paths.
func (a Archive) anonymous() (Archive, error) {
	a.Filename, a.Pwd = anonymous(a.Filename), anonymous(a.Pwd)
	var errs []error
	rename := func(files map[string][]byte) map[string][]byte {
		renamed := make(map[string][]byte, len(files))
		for _, name := range slices.Sorted(maps.Keys(files)) {
			if other, ok := renamed[anonymous(name)]; ok && string(other) != string(files[name]) {
				errs = append(errs, fmt.Errorf("%s and a file of another person's home would have the same name in the archive: move them to one home", name))
			}
			renamed[anonymous(name)] = files[name]
		}
		return renamed
	}
	a.Scripts, a.Files = rename(a.Scripts), rename(a.Files)
	links := make(map[string]string, len(a.Links))
	for name, target := range a.Links {
		links[anonymous(name)] = anonymous(target)
	}
	a.Links = links
	return a, errors.Join(errs...)
}

// entries are all files and links of the archive, those of one tree after the
// other, in the order of their names. It is an error if they cannot be in one
// tree of folders.
func (a Archive) entries() ([]entry, error) {
	var all []entry
	add := func(name string, e entry) error {
		local, err := inside(name)
		e.name = local
		all = append(all, e)
		return err
	}
	scripts := maps.Clone(a.Scripts)
	if scripts == nil {
		scripts = make(map[string][]byte)
	}
	main := a.place()
	if other, ok := scripts[main]; ok && string(other) != string(a.Data) {
		return nil, fmt.Errorf("the file %s is not the script that it should be", a.Filename)
	}
	scripts[main] = a.Data
	for name, content := range scripts {
		if err := add(name, entry{tree: scriptsTree, content: content}); err != nil {
			return nil, err
		}
	}
	for name, content := range a.Files {
		if err := add(name, entry{tree: filesTree, content: content}); err != nil {
			return nil, err
		}
	}
	for name, target := range a.Links {
		relative, err := relativeTarget(name, target)
		if err == nil {
			err = add(name, entry{tree: scriptsTree, target: relative})
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(x, y entry) int {
		return cmp.Or(strings.Compare(y.tree, x.tree), strings.Compare(x.name, y.name))
	})
	return all, checkTree(all)
}

// place is where the script is kept: its path, in which symbolic links are
// followed but for the script itself.
func (a Archive) place() string {
	dir := a.follow(path.Dir(a.Filename))
	return path.Join(dir, path.Base(a.Filename))
}

// follow is a path in which the archive's symbolic links are followed. A loop
// of links leads nowhere, and is left as it is.
func (a Archive) follow(name string) string {
	name = path.Clean(name)
	for range len(a.Links) + 1 {
		next := a.step(name)
		if next == name {
			break
		}
		name = next
	}
	return name
}

// step follows the first link of a path.
func (a Archive) step(name string) string {
	for end := 1; end <= len(name); end++ {
		if end < len(name) && name[end] != '/' {
			continue
		}
		if target, ok := a.Links[name[:end]]; ok {
			return path.Join(target, name[end:])
		}
	}
	return name
}

// inside is an absolute path as a name in a tree: without the first slash.
func inside(name string) (string, error) {
	if !path.IsAbs(name) || path.Clean(name) != name || name == "/" || strings.ContainsRune(name, 0) {
		return "", fmt.Errorf("%q is no absolute path of a file", name)
	}
	return name[1:], nil
}

// relativeTarget is the target of a link, from the folder that holds it.
func relativeTarget(name, target string) (string, error) {
	if _, err := inside(name); err != nil {
		return "", err
	}
	if !path.IsAbs(target) || path.Clean(target) != target {
		return "", fmt.Errorf("the link %s leads to %q, which is no absolute path", name, target)
	}
	from, to := strings.Split(path.Dir(name), "/"), strings.Split(target, "/")
	if path.Dir(name) == "/" {
		from = []string{""}
	}
	if target == "/" {
		to = []string{""}
	}
	same := 0
	for same < len(from) && same < len(to) && from[same] == to[same] {
		same++
	}
	parts := slices.Concat(slices.Repeat([]string{".."}, len(from)-same), to[same:])
	return cmp.Or(strings.Join(parts, "/"), "."), nil
}

// checkTree tells whether the files of both trees can be in one: a name is a
// file, a link or a folder, and there is one content for it.
func checkTree(all []entry) error {
	known := make(map[string]entry, len(all))
	for _, e := range all {
		if other, ok := known[e.name]; ok && (other.tree == e.tree || e.target != other.target || string(e.content) != string(other.content)) {
			return fmt.Errorf("there are two different files /%s", e.name)
		}
		known[e.name] = e
	}
	for _, e := range all {
		for dir := path.Dir(e.name); dir != "."; dir = path.Dir(dir) {
			if _, ok := known[dir]; ok {
				return fmt.Errorf("/%s is both a file and the folder of /%s", dir, e.name)
			}
		}
	}
	return nil
}
