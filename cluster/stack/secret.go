package stack

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"maps"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// generateMark is the annotation of a Secret whose manifest leaves values out:
// it names the keys, with commas between them. Each is drawn when the Secret is
// first made and kept after that, so that none is in a file of the repository.
const generateMark = "headroom/generate"

// completed returns obj with the values that its manifest leaves to be drawn.
func (s *Stack) completed(ctx context.Context, obj *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	keys := obj.GetAnnotations()[generateMark]
	if obj.GetKind() != "Secret" || keys == "" {
		return obj, nil
	}
	have, err := s.client.CoreV1().Secrets(obj.GetNamespace()).Get(ctx, obj.GetName(), metav1.GetOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return nil, fmt.Errorf("look for %s: %w", describe(obj), err)
	}
	given, _, err := unstructured.NestedStringMap(obj.Object, "stringData")
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", describe(obj), err)
	}
	values := maps.Clone(given)
	if values == nil {
		values = map[string]string{}
	}
	for key := range strings.SplitSeq(keys, ",") {
		values[key] = rand.Text()
		if have != nil && len(have.Data[key]) > 0 {
			values[key] = string(have.Data[key])
		}
	}
	data := make(map[string]any, len(values))
	for key, value := range values {
		data[key] = base64.StdEncoding.EncodeToString([]byte(value))
	}
	whole := obj.DeepCopy()
	delete(whole.Object, "stringData") // it is not kept, so a second apply would not own it
	whole.Object["data"] = data
	return whole, nil
}
