package option

import (
	"fmt"
	"slices"
	"strings"
)

// Layer is the options of one place. Later places outdo earlier ones: a
// configuration file, the script, the environment, the command line.
type Layer struct {
	// Script says that the options are those which the script exports.
	Script bool
	// name says where an option of the layer was given.
	name   func(path []string) string
	values *object
}

// JSON returns the layer of a JSON object; empty text is no options at all.
// file is "" for the options of the script.
func JSON(file string, text []byte) (*Layer, error) {
	l := &Layer{Script: file == "", values: &object{values: map[string]any{}}}
	l.name = func(path []string) string {
		return strings.Join(append([]string{"options"}, path...), ".")
	}
	if file != "" {
		l.name = func(path []string) string { return file + ": " + strings.Join(path, ".") }
	}
	if len(text) == 0 {
		return l, nil
	}
	v, err := parse(text)
	if err != nil {
		return nil, err
	}
	o, ok := v.(*object)
	switch {
	case v == nil:
	case !ok:
		return nil, Problems{{From: l, Text: "must be an object, and is " + describe(v)}}
	default:
		l.values = o
	}
	return l, nil
}

// Problem is one thing that is wrong, and where.
type Problem struct {
	Path []string // from the options downwards
	Text string
	From *Layer // nil: no place in particular
}

func (p Problem) String() string {
	if p.From == nil {
		return strings.Join(append([]string{"options"}, p.Path...), ".") + ": " + p.Text
	}
	return p.From.name(p.Path) + ": " + p.Text
}

// Problems are all that is wrong with the options.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// Decode reads the options of a script alone.
func Decode(text []byte) (Options, error) {
	l, err := JSON("", text)
	if err != nil {
		return Options{}, err
	}
	return Resolve(l)
}

// Resolve makes options of layers, the last of which counts most. An error is
// of type Problems.
func Resolve(layers ...*Layer) (Options, error) {
	o, out := defaults(), &report{}
	keys := known(&o)
	e, keep := mergeExecution(layers, out)
	for i, l := range layers {
		for _, key := range l.values.keys {
			n := node{path: []string{key}, v: l.values.values[key], out: out, from: l}
			switch read := keys[key]; {
			case slices.Contains(executionKeys, key):
				if keep(i, key) && n.v != nil {
					e.read(key, n)
				}
			case read == nil:
				n.warn("this option is not known and has no effect%s", suggest(key, slices.Concat(sortedKeys(keys), executionKeys)))
			case n.v == nil || outdone(layers[i+1:], key):
			default:
				read(n)
			}
		}
	}
	o.Scenarios = e.resolve(out)
	o.resolveSegment(out)
	o.Warnings = out.warnings
	if len(out.problems) > 0 {
		return Options{}, out.problems
	}
	return o, nil
}

// Keys returns the names of all options that are known.
func Keys() []string {
	keys := append(sortedKeys(known(&Options{})), executionKeys...)
	slices.Sort(keys)
	return keys
}

// outdone tells whether a later layer gives the option too.
func outdone(later []*Layer, key string) bool {
	return slices.ContainsFunc(later, func(l *Layer) bool { return l.values.values[key] != nil })
}

// has tells whether the layer gives any of the options.
func (l *Layer) has(keys ...string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return l.values.values[k] != nil })
}

// executionKeys are the options that say what runs.
var executionKeys = []string{"scenarios", "stages", "iterations", "duration", "vus"}

// mergeExecution decides which layer says what runs. The last layer that says
// anything of it replaces all that the earlier ones say, but for the number of
// virtual users, if it gives none itself.
func mergeExecution(layers []*Layer, out *report) (*execution, func(layer int, key string) bool) {
	top := 0
	for i, l := range layers {
		if l.has(executionKeys...) {
			top = i
		}
	}
	inherits := len(layers) > 0 && layers[top].has("iterations", "duration", "stages") && !layers[top].has("vus")
	vusFrom := top
	for i, l := range layers[:min(top, len(layers))] {
		if inherits && l.has("vus") {
			vusFrom = i
		}
		if l.has("scenarios", "stages") {
			n := node{path: []string{l.first(executionKeys)}, out: out, from: l}
			n.warn("is dropped: %s replaces what the test runs", layers[top].name([]string{layers[top].first(executionKeys)}))
		}
	}
	return &execution{from: layerAt(layers, top)}, func(layer int, key string) bool {
		return layer == top || (key == "vus" && layer == vusFrom)
	}
}

func layerAt(layers []*Layer, i int) *Layer {
	if i < len(layers) {
		return layers[i]
	}
	return nil
}

// first is the first of the options that the layer gives.
func (l *Layer) first(keys []string) string {
	for _, k := range keys {
		if l.has(k) {
			return k
		}
	}
	return ""
}

func (o *Options) resolveSegment(out *report) {
	var err error
	if o.Segment, err = parseSegment(o.segment, o.sequence); err != nil {
		out.problems = append(out.problems, Problem{Path: []string{"executionSegment"}, Text: fmt.Sprint(err)})
	}
}
