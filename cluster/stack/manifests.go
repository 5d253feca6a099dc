package stack

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	strictyaml "sigs.k8s.io/yaml"
)

//go:embed manifests/*.yaml
var files embed.FS

// component is one manifest file. Names are those of the files.
type component string

// components lists the files of a level in the order in which they are
// applied: what others wait for comes first.
func components(Level) []component {
	return []component{
		"namespaces", "metrics-server", "prometheus", "prometheus-adapter",
		"kube-state-metrics", "redis", "backend", "frontend", "queue-worker",
	}
}

// Manifests renders every object that Apply would apply, in that order: first
// namespaces, then custom resource definitions, then the rest. It needs no
// cluster.
func Manifests(opts Options) ([]*unstructured.Unstructured, error) {
	opts = opts.withDefaults()
	if err := opts.validate(); err != nil {
		return nil, err
	}
	var objs []*unstructured.Unstructured
	for _, c := range components(opts.Level) {
		parsed, err := parse(c)
		if err != nil {
			return nil, err
		}
		objs = append(objs, parsed...)
	}
	if err := render(objs, opts); err != nil {
		return nil, err
	}
	slices.SortStableFunc(objs, func(a, b *unstructured.Unstructured) int { return rank(a) - rank(b) })
	return objs, nil
}

// rank orders objects by what must exist before what.
func rank(obj *unstructured.Unstructured) int {
	switch obj.GetKind() {
	case "Namespace":
		return 0
	case "CustomResourceDefinition":
		return 1
	default:
		return 2
	}
}

// parse splits one manifest file into its objects. Keys given twice are refused.
func parse(c component) ([]*unstructured.Unstructured, error) {
	name := "manifests/" + string(c) + ".yaml"
	data, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	docs := yaml.NewDocumentDecoder(io.NopCloser(bytes.NewReader(data)))
	var objs []*unstructured.Unstructured
	buf := make([]byte, len(data)+1)
	for {
		n, err := docs.Read(buf)
		if errors.Is(err, io.EOF) {
			return objs, nil
		}
		if err != nil {
			return nil, fmt.Errorf("split %s: %w", name, err)
		}
		obj := &unstructured.Unstructured{}
		js, err := strictyaml.YAMLToJSONStrict(buf[:n])
		if err != nil {
			return nil, fmt.Errorf("decode object %d of %s: %w", len(objs)+1, name, err)
		}
		if err := obj.UnmarshalJSON(js); err != nil {
			return nil, fmt.Errorf("decode object %d of %s: %w", len(objs)+1, name, err)
		}
		objs = append(objs, obj)
	}
}

// Images lists every image reference of the rendered stack, sorted, each once.
func Images(opts Options) ([]string, error) {
	objs, err := Manifests(opts)
	if err != nil {
		return nil, err
	}
	var refs []string
	for _, obj := range objs {
		containers, _, err := unstructured.NestedSlice(obj.Object, "spec", "template", "spec", "containers")
		if err != nil {
			return nil, fmt.Errorf("read containers of %s: %w", describe(obj), err)
		}
		for _, c := range containers {
			if fields, ok := c.(map[string]any); ok {
				ref, _ := fields["image"].(string)
				refs = append(refs, ref)
			}
		}
	}
	slices.Sort(refs)
	return slices.Compact(refs), nil
}

// describe names an object for people: "Deployment monitoring/prometheus".
func describe(obj *unstructured.Unstructured) string {
	if ns := obj.GetNamespace(); ns != "" {
		return fmt.Sprintf("%s %s/%s", obj.GetKind(), ns, obj.GetName())
	}
	return fmt.Sprintf("%s %s", obj.GetKind(), obj.GetName())
}
