package stack

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/kubernetes/scheme"
)

// patchMark is the annotation of an object in a manifest file that is no object
// of its own but changes one of another file: a scrape configuration for
// Prometheus, a variable for the backend. It is merged as `kubectl patch` does
// by default: maps by key, lists such as containers and env by name.
const patchMark = "headroom/patch"

// merge applies the patches among objs to the others, which it returns.
func merge(objs []*unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	var whole, patches []*unstructured.Unstructured
	for _, obj := range objs {
		if obj.GetAnnotations()[patchMark] == "" {
			whole = append(whole, obj)
			continue
		}
		unstructured.RemoveNestedField(obj.Object, "metadata", "annotations", patchMark)
		if len(obj.GetAnnotations()) == 0 {
			unstructured.RemoveNestedField(obj.Object, "metadata", "annotations")
		}
		patches = append(patches, obj)
	}
	for _, p := range patches {
		if err := mergeOne(whole, p); err != nil {
			return nil, fmt.Errorf("patch %s: %w", describe(p), err)
		}
	}
	return whole, nil
}

func mergeOne(objs []*unstructured.Unstructured, patch *unstructured.Unstructured) error {
	for _, obj := range objs {
		if !sameObject(obj, patch) {
			continue
		}
		typ, err := scheme.Scheme.New(obj.GroupVersionKind())
		if err != nil {
			return fmt.Errorf("only objects of Kubernetes itself can be patched: %w", err)
		}
		merged, err := strategicpatch.StrategicMergeMapPatch(obj.Object, patch.Object, typ)
		if err != nil {
			return err
		}
		obj.Object = merged
		return nil
	}
	return fmt.Errorf("no file of this level has that object")
}
