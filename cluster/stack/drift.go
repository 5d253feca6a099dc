package stack

import (
	"context"
	"fmt"
	"maps"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// restarted on a pod template makes its pods new. It has a field manager of its
// own, so that the next apply leaves it.
const restarted = "headroom/restarted-at"

// drifted tells whether a ConfigMap holds something else than obj says: somebody
// has edited it, or obj is new. Pods that started since have read that, and its
// digest on their template says nothing of it.
func (s *Stack) drifted(ctx context.Context, obj *unstructured.Unstructured) (bool, error) {
	live, err := s.client.CoreV1().ConfigMaps(obj.GetNamespace()).Get(ctx, obj.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look at %s: %w", describe(obj), err)
	}
	want, _, err := unstructured.NestedStringMap(obj.Object, "data")
	if err != nil {
		return false, fmt.Errorf("read %s: %w", describe(obj), err)
	}
	return !maps.Equal(live.Data, want), nil
}

// restart makes the pods of a Deployment anew if they run with the digest that
// obj asks for: then the apply that follows would change nothing, although the
// file that they have read was another one.
func (s *Stack) restart(ctx context.Context, obj *unstructured.Unstructured) error {
	if obj.GetKind() != "Deployment" {
		return nil
	}
	deployments := s.client.AppsV1().Deployments(obj.GetNamespace())
	live, err := deployments.Get(ctx, obj.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at %s: %w", describe(obj), err)
	}
	digest, _, err := unstructured.NestedString(obj.Object, "spec", "template", "metadata", "annotations", configDigest)
	if err != nil || live.Spec.Template.Annotations[configDigest] != digest {
		return err
	}
	patch := fmt.Sprintf(`{"spec":{"template":{"metadata":{"annotations":{%q:%q}}}}}`, restarted, time.Now().UTC().Format(time.RFC3339))
	_, err = deployments.Patch(ctx, obj.GetName(), types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: fieldManager + "-restart"})
	if err != nil {
		return fmt.Errorf("restart %s, whose configuration somebody changed: %w", describe(obj), err)
	}
	return nil
}

// mountsAny tells whether the pods of obj mount one of the ConfigMaps, given as
// "namespace/name".
func mountsAny(obj *unstructured.Unstructured, configs map[string]bool) bool {
	volumes, _, err := unstructured.NestedSlice(obj.Object, "spec", "template", "spec", "volumes")
	if err != nil {
		return false
	}
	for _, v := range volumes {
		fields, _ := v.(map[string]any)
		name, found, err := unstructured.NestedString(fields, "configMap", "name")
		if err == nil && found && configs[obj.GetNamespace()+"/"+name] {
			return true
		}
	}
	return false
}
