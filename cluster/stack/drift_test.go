package stack

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Pods that read an edited ConfigMap are made anew when it is put back, but not
// when it is as it should be, and not where the apply makes them new anyway.
func TestEditedConfigRestartsItsPods(t *testing.T) {
	var config, deployment *unstructured.Unstructured
	for _, obj := range manifests(t, Options{Level: LevelCore}) {
		switch describe(obj) {
		case "ConfigMap monitoring/prometheus-adapter":
			config = obj
		case "Deployment monitoring/prometheus-adapter":
			deployment = obj
		}
	}
	wanted, _, _ := unstructured.NestedStringMap(config.Object, "data")
	digest, _, _ := unstructured.NestedString(deployment.Object, "spec", "template", "metadata", "annotations", configDigest)
	for _, tc := range []struct {
		name   string
		data   map[string]string
		digest string
		want   bool
	}{
		{"untouched", wanted, digest, false},
		{"edited", map[string]string{"config.yaml": "rules: []"}, digest, true},
		{"edited, and a new version is applied", map[string]string{"config.yaml": "rules: []"}, "another", false},
	} {
		patched := ""
		s := apiServer(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			var answer any = corev1.ConfigMap{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}, Data: tc.data}
			if strings.Contains(r.URL.Path, "/deployments/") {
				d := appsv1.Deployment{TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"}}
				d.Spec.Template.Annotations = map[string]string{configDigest: tc.digest}
				answer = d
			}
			if r.Method == http.MethodPatch {
				body, _ := io.ReadAll(r.Body)
				patched = string(body)
			}
			if err := json.NewEncoder(w).Encode(answer); err != nil {
				t.Error(err)
			}
		})
		changed := map[string]bool{}
		for _, obj := range []*unstructured.Unstructured{config, deployment} {
			if err := s.mendDrift(t.Context(), obj, changed); err != nil {
				t.Fatal(err)
			}
		}
		if got := strings.Contains(patched, restarted); got != tc.want {
			t.Errorf("%s: restarted %v, want %v (%s)", tc.name, got, tc.want, patched)
		}
	}
}
