package spec

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxNodes bounds the YAML nodes that are looked at. Aliases count each time
// they are followed, so that a small file cannot unfold into a huge plan.
const maxNodes = 20_000

// node is a YAML node with the path of keys that leads to it.
type node struct {
	*yaml.Node
	path string
}

// decoder turns nodes into a Plan. It goes on after a problem, so that all of
// them are found in one go; what it made is used only if there were none.
type decoder struct {
	problems
	opts  Options
	lines []string                          // the file's text
	stat  func(string) (os.FileInfo, error) // nil: files that are only named are not looked for
	nodes int                               // looked at so far
	// keys holds every key that was ever offered, with list indexes left out:
	// what the documentation has to list.
	keys map[string]bool
	// late are checks that need the whole plan, such as references.
	late []func()
}

// field is one key of a mapping: where its value goes.
type field struct {
	key      string
	required bool
	decode   func(node)
}

func need(key string, decode func(node)) field { return field{key, true, decode} }
func may(key string, decode func(node)) field  { return field{key, false, decode} }

// follow resolves an alias and counts the node.
func (d *decoder) follow(n *yaml.Node, path string) (node, bool) {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		n = n.Alias
	}
	d.nodes++
	if d.nodes == maxNodes+1 {
		d.add(node{n, path}, "the plan holds more than %d values, aliases unfolded: it is cut off here", maxNodes)
	}
	return node{n, path}, d.nodes <= maxNodes
}

// mapping decodes the keys of n and reports whether n is a mapping at all.
func (d *decoder) mapping(n node, fields ...field) bool {
	for _, f := range fields {
		d.keys[generic(join(n.path, f.key))] = true
	}
	if n.Kind != yaml.MappingNode {
		d.add(n, "want keys and values (%s), found %s", strings.Join(names(fields), ", "), kind(n))
		return false
	}
	seen := keys{line: make(map[string]int), meant: make(map[string]bool)}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !d.pair(n, n.Content[i], n.Content[i+1], fields, seen) {
			return true
		}
	}
	for _, f := range fields {
		if f.required && seen.line[f.key] == 0 && !seen.meant[f.key] {
			d.at(n.Line, n.Column, join(n.path, f.key), "missing, and required")
		}
	}
	return true
}

// keys are those of one mapping that were found: in which line, and which are
// meant by an unknown one. A slip of the finger is one problem, not a missing
// key besides.
type keys struct {
	line  map[string]int
	meant map[string]bool
}

// pair decodes one key and its value; false means that the budget is spent.
func (d *decoder) pair(parent node, key, value *yaml.Node, fields []field, seen keys) bool {
	k, ok := d.follow(key, parent.path)
	if !ok {
		return false
	}
	if k.Kind != yaml.ScalarNode {
		d.add(k, "a key is a plain word, found %s", kind(k))
		return true
	}
	at := node{k.Node, join(parent.path, k.Value)}
	if line, twice := seen.line[k.Value]; twice {
		d.add(at, "given twice, the first time in line %d", line)
		return true
	}
	seen.line[k.Value] = k.Line
	i := slices.IndexFunc(fields, func(f field) bool { return f.key == k.Value })
	if i < 0 {
		d.add(at, "unknown key%s", hint(k.Value, names(fields)))
		seen.meant[nearest(k.Value, names(fields))] = true
		return true
	}
	v, ok := d.follow(value, at.path)
	if ok && v.ShortTag() == "!!null" {
		d.add(at, "has no value: give one, or remove the key")
	} else if ok {
		fields[i].decode(v)
	}
	return ok
}

// each returns the decoding of a list of T that must not be empty.
func each[T any](d *decoder, to *[]T, decode func(node) T) func(node) {
	return func(n node) {
		if n.Kind != yaml.SequenceNode {
			d.add(n, "want a list, found %s", kind(n))
			return
		}
		if len(n.Content) == 0 {
			d.add(n, "the list is empty: give an entry, or remove the key")
		}
		for i, c := range n.Content {
			entry, ok := d.follow(c, fmt.Sprintf("%s[%d]", n.path, i))
			if !ok {
				return
			}
			*to = append(*to, decode(entry))
		}
	}
}

// table returns the decoding of a mapping from free keys to text.
func (d *decoder) table(to *map[string]string, key func(string) error) func(node) {
	return func(n node) {
		if n.Kind != yaml.MappingNode {
			d.add(n, "want names and values, found %s", kind(n))
			return
		}
		*to = make(map[string]string)
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, okKey := d.follow(n.Content[i], n.path)
			v, okValue := d.follow(n.Content[i+1], join(n.path, k.Value))
			if !okKey || !okValue {
				return
			}
			d.entry(*to, k, v, key)
		}
	}
}

func (d *decoder) entry(to map[string]string, k, v node, key func(string) error) {
	_, twice := to[k.Value]
	switch err := key(k.Value); {
	case k.Kind != yaml.ScalarNode:
		d.add(k, "a name is a plain word, found %s", kind(k))
	case err != nil:
		d.add(node{k.Node, v.path}, "%v", err)
	case twice:
		d.add(node{k.Node, v.path}, "given twice")
	case v.Kind != yaml.ScalarNode || v.ShortTag() == "!!null":
		d.add(node{k.Node, v.path}, "want a text, found %s", kind(v))
	default:
		to[k.Value] = v.Value
	}
}

// kind says what n is, in words for a person.
func kind(n node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys and values"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		switch n.ShortTag() {
		case "!!null":
			return "nothing"
		case "!!int", "!!float":
			return "the number " + n.Value
		}
		return fmt.Sprintf("%q", shorten(n.Value))
	}
	return "nothing"
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "..."
	}
	return s
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func names(fields []field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.key
	}
	return out
}
