package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// MaxSize bounds a plan file, in bytes.
const MaxSize = 1 << 20

// Options says what a plan may refer to.
type Options struct {
	// ReadFile reads the scripts that a plan names; nil is os.ReadFile.
	ReadFile func(path string) ([]byte, error)
	// AllowHosts are the hosts besides this machine that load may be sent to.
	AllowHosts []string
}

// LoadPlan reads and checks a plan file, and whether the files that it names are
// there. The error is an *Error if the plan itself is wrong, and says all that
// is wrong with it.
func LoadPlan(file string, opts Options) (*Plan, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read plan: %w", err)
	}
	src, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read plan: %w", err)
	}
	d := newDecoder(file, src, opts)
	d.stat = os.Stat
	return d.result(src)
}

// Parse checks the text of a plan. File is its path: it stands in messages and
// scripts are found relative to its folder. The error is an *Error.
func Parse(file string, src []byte, opts Options) (*Plan, error) {
	return newDecoder(file, src, opts).result(src)
}

// result decodes src, and is a plan only if nothing is wrong with it.
func (d *decoder) result(src []byte) (*Plan, error) {
	plan := d.plan(src)
	if err := d.err(); err != nil {
		return nil, err
	}
	return plan, nil
}

func newDecoder(file string, src []byte, opts Options) *decoder {
	if opts.ReadFile == nil {
		opts.ReadFile = os.ReadFile
	}
	return &decoder{problems: problems{file: file}, opts: opts,
		lines: strings.Split(string(src), "\n"), keys: make(map[string]bool)}
}

// Default is the plan of a cluster that no load runs on: the named cluster
// with the built-in stack.
func Default(cluster string) *Plan {
	return &Plan{
		Name:    cluster,
		Cluster: Cluster{Name: cluster},
		Stack:   Stack{Level: "full"},
		Settle:  20 * time.Second,
		Watch: Watch{
			Namespace:  "artisan-platform",
			Step:       5 * time.Second,
			Prometheus: "http://127.0.0.1:9090",
		},
		Objectives: Objectives{Generator: Generator{MaxLag: 100 * time.Millisecond, MinRate: 0.99}},
	}
}

// plan decodes the whole file.
func (d *decoder) plan(src []byte) *Plan {
	p := Default("headroom")
	p.Name, p.File, p.Source = "", d.file, string(src)
	root, ok := d.document(src)
	if !ok {
		return p
	}
	complete := d.mapping(root,
		need("version", d.version),
		need("name", d.text(&p.Name, isObject)),
		may("description", d.text(&p.Description)),
		may("cluster", d.cluster(&p.Cluster)),
		may("stack", d.stack(&p.Stack)),
		need("loads", d.loads(&p.Loads)),
		may("disruptions", d.disruptions(p)),
		may("settle", d.duration(&p.Settle, 0)),
		may("watch", d.watch(&p.Watch)),
		need("objectives", d.objectives(p)),
	)
	if complete {
		for _, check := range d.late {
			check()
		}
	}
	return p
}

// version checks that the plan is of the form that is decoded here.
func (d *decoder) version(n node) {
	if n.Kind != yaml.ScalarNode || n.Value != "1" {
		d.add(n, "unknown version, found %s: this program reads version 1", kind(n))
	}
}

// document returns the root of the only document of src.
func (d *decoder) document(src []byte) (node, bool) {
	if len(src) > MaxSize {
		d.at(1, 1, "", "the file is larger than %d bytes: that is no plan", MaxSize)
		return node{}, false
	}
	var doc, second yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(src))
	err := dec.Decode(&doc)
	if err == nil {
		if err = dec.Decode(&second); err == nil {
			d.at(second.Line, second.Column, "", "a second document begins here: a file holds one plan")
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		d.syntax(err)
		return node{}, false
	}
	if len(doc.Content) == 0 || doc.Content[0].ShortTag() == "!!null" {
		d.at(1, 1, "", "the file is empty: a plan has at least version, name, loads and objectives")
		return node{}, false
	}
	return d.follow(doc.Content[0], "")
}

// yamlError is how the YAML package words a syntax error.
var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// syntax adds what the YAML parser says. It tells no column, and stops at the
// first mistake, since nothing after it can be trusted.
func (d *decoder) syntax(err error) {
	line, message := 1, err.Error()
	if m := yamlError.FindStringSubmatch(message); m != nil {
		message = m[2]
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
		}
	}
	if line <= len(d.lines) && strings.Contains(d.lines[line-1], "\t") {
		message += " (the line holds a tab: YAML is indented with spaces)"
	}
	d.at(line, 1, "", "no valid YAML: %s", message)
}

// beside resolves a path of the plan against the plan's folder.
func (d *decoder) beside(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(d.file), path)
}
