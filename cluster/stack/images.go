package stack

import (
	"regexp"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Images lists every image reference of the rendered stack, sorted, each once.
func Images(opts Options) ([]string, error) {
	objs, err := Manifests(opts)
	if err != nil {
		return nil, err
	}
	var refs []string
	for _, obj := range objs {
		switch obj.GetKind() {
		case "CustomResourceDefinition": // its fields called image are a schema
		case "ConfigMap":
			refs = append(refs, configImages(obj)...)
		default:
			refs = append(refs, imagesIn(obj.Object)...)
		}
	}
	slices.Sort(refs)
	return slices.Compact(refs), nil
}

// imagesIn finds the references in any part of an object: containers call them
// image, and custom resources, whose pods a controller makes, imageName.
func imagesIn(v any) []string {
	var refs []string
	switch v := v.(type) {
	case map[string]any:
		for key, field := range v {
			if ref, ok := field.(string); ok && (key == "image" || key == "imageName") {
				refs = append(refs, ref)
				continue
			}
			refs = append(refs, imagesIn(field)...)
		}
	case []any:
		for _, item := range v {
			refs = append(refs, imagesIn(item)...)
		}
	}
	return refs
}

// imageLine is a container's image in the text of a pod that a controller
// makes, as of the helper pods of local-path-provisioner.
var imageLine = regexp.MustCompile(`(?m)^[ -]*image: *(\S+)$`)

func configImages(obj *unstructured.Unstructured) []string {
	data, _, err := unstructured.NestedStringMap(obj.Object, "data")
	if err != nil {
		return nil // binary data
	}
	var refs []string
	for _, text := range data {
		for _, match := range imageLine.FindAllStringSubmatch(text, -1) {
			refs = append(refs, match[1])
		}
	}
	return refs
}
