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
	"k8s.io/client-go/kubernetes/scheme"
	strictyaml "sigs.k8s.io/yaml"
)

//go:embed manifests
var files embed.FS

// Manifests renders every object that Apply would apply, in that order: first
// namespaces, then custom resource definitions, then the rest, and last the
// resources of a kind that one of the definitions made. It needs no cluster.
func Manifests(opts Options) ([]*unstructured.Unstructured, error) {
	opts = opts.withDefaults()
	if err := opts.validate(); err != nil {
		return nil, err
	}
	all, err := components(opts.Level)
	if err != nil {
		return nil, err
	}
	var objs []*unstructured.Unstructured
	for _, c := range all {
		parsed, err := parse(c)
		if err != nil {
			return nil, err
		}
		objs = append(objs, parsed...)
	}
	if objs, err = merge(objs); err != nil {
		return nil, err
	}
	if err := fill(objs, opts.Level); err != nil {
		return nil, err
	}
	if err := render(objs, opts); err != nil {
		return nil, err
	}
	slices.SortStableFunc(objs, func(a, b *unstructured.Unstructured) int { return rank(a) - rank(b) })
	return objs, nil
}

// The ranks, in the order in which objects are applied.
const (
	rankNamespace = iota
	rankDefinition
	rankBuiltIn
	rankWorkload // finds its volumes' class, its secrets and its account
	rankCustom
)

// workloads are the kinds that need the others to be there.
var workloads = []string{"Deployment", "StatefulSet", "DaemonSet", "Job", "HorizontalPodAutoscaler", "APIService"}

// rank orders objects by what must exist before what.
func rank(obj *unstructured.Unstructured) int {
	gvk := obj.GroupVersionKind()
	switch {
	case gvk.Kind == "Namespace":
		return rankNamespace
	case gvk.Kind == "CustomResourceDefinition":
		return rankDefinition
	case slices.Contains(workloads, gvk.Kind):
		return rankWorkload
	case scheme.Scheme.Recognizes(gvk):
		return rankBuiltIn
	default:
		return rankCustom
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
		if string(js) == "null" {
			continue // nothing but comments
		}
		if err := obj.UnmarshalJSON(js); err != nil {
			return nil, fmt.Errorf("decode object %d of %s: %w", len(objs)+1, name, err)
		}
		objs = append(objs, obj)
	}
}

// describe names an object for people: "Deployment monitoring/prometheus".
func describe(obj *unstructured.Unstructured) string {
	if ns := obj.GetNamespace(); ns != "" {
		return fmt.Sprintf("%s %s/%s", obj.GetKind(), ns, obj.GetName())
	}
	return fmt.Sprintf("%s %s", obj.GetKind(), obj.GetName())
}
