package stack

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// NodePorts lists the ports on which the nodes let traffic in to the rendered
// stack. What a level does not have does not listen.
func NodePorts(opts Options) ([]int32, error) {
	objs, err := Manifests(opts)
	if err != nil {
		return nil, err
	}
	var out []int32
	for _, obj := range objs {
		if obj.GetKind() != "Service" {
			continue
		}
		ports, _, err := unstructured.NestedSlice(obj.Object, "spec", "ports")
		if err != nil {
			return nil, fmt.Errorf("read the ports of Service %s: %w", obj.GetName(), err)
		}
		for _, p := range ports {
			fields, _ := p.(map[string]any)
			if n, found, err := unstructured.NestedInt64(fields, "nodePort"); err != nil {
				return nil, fmt.Errorf("read the ports of Service %s: %w", obj.GetName(), err)
			} else if found {
				out = append(out, int32(n))
			}
		}
	}
	return out, nil
}
