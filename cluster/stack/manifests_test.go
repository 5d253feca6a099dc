package stack

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"
)

func manifests(t *testing.T, opts Options) []*unstructured.Unstructured {
	t.Helper()
	objs, err := Manifests(opts)
	if err != nil {
		t.Fatal(err)
	}
	return objs
}

// typed decodes obj strictly into its API type: an unknown, misspelt or doubled
// field is an error here, as it would be on the server.
func typed(t *testing.T, obj *unstructured.Unstructured) runtime.Object {
	t.Helper()
	data, err := obj.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	codecs := serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict)
	out, _, err := codecs.UniversalDeserializer().Decode(data, nil, nil)
	if err != nil {
		t.Fatalf("decode %s: %v", describe(obj), err)
	}
	return out
}

func find[T runtime.Object](t *testing.T, objs []*unstructured.Unstructured, kind, name string) T {
	t.Helper()
	for _, obj := range objs {
		if obj.GetKind() == kind && obj.GetName() == name {
			return typed(t, obj).(T)
		}
	}
	t.Fatalf("no %s %s in the manifests", kind, name)
	panic("unreachable")
}

func TestManifestsDecodeStrictly(t *testing.T) {
	for _, obj := range manifests(t, Options{Level: LevelCore}) {
		if obj.GetKind() == "APIService" { // its type is not part of client-go
			continue
		}
		typed(t, obj)
	}
}

func TestAPIServicesPointAtServicesOfTheStack(t *testing.T) {
	objs := manifests(t, Options{Level: LevelCore})
	var got []string
	for _, obj := range objs {
		if obj.GetKind() != "APIService" {
			continue
		}
		spec := obj.Object["spec"].(map[string]any)
		got = append(got, obj.GetName())
		if want := spec["version"].(string) + "." + spec["group"].(string); obj.GetName() != want {
			t.Errorf("APIService %s serves %s", obj.GetName(), want)
		}
		service := spec["service"].(map[string]any)
		svc := find[*corev1.Service](t, objs, "Service", service["name"].(string))
		if svc.Namespace != service["namespace"] {
			t.Errorf("APIService %s: Service is in %s, not %s", obj.GetName(), svc.Namespace, service["namespace"])
		}
	}
	slices.Sort(got)
	want := []string{"v1beta1.custom.metrics.k8s.io", "v1beta1.external.metrics.k8s.io", "v1beta1.metrics.k8s.io", "v1beta2.custom.metrics.k8s.io"}
	if !slices.Equal(got, want) {
		t.Errorf("APIServices %v, want %v", got, want)
	}
}

func TestManifestsComeInOrderAndAreMarked(t *testing.T) {
	last, seen := 0, map[string]bool{}
	for _, obj := range manifests(t, Options{Level: LevelCore}) {
		if r := rank(obj); r < last {
			t.Errorf("%s comes after an object that needs it", describe(obj))
		} else {
			last = r
		}
		if obj.GetLabels()[managedBy] != "headroom" {
			t.Errorf("%s is not marked as headroom's", describe(obj))
		}
		if seen[describe(obj)] {
			t.Errorf("%s is there twice", describe(obj))
		}
		seen[describe(obj)] = true
	}
}

func TestImages(t *testing.T) {
	want := []string{
		"docker.io/library/redis:7.0.15",
		"docker.io/prom/prometheus:v3.14.0",
		"ghcr.io/artisan-platform/headroom-platform:v0.1.0",
		"registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.15.0",
		"registry.k8s.io/metrics-server/metrics-server:v0.9.0",
		"registry.k8s.io/prometheus-adapter/prometheus-adapter:v0.12.0",
	}
	got, err := Images(Options{Level: LevelCore})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("Images = %v, want %v", got, want)
	}
	own := Workload{Image: "example.test/own:1"}
	got, err = Images(Options{Level: LevelCore, Backend: own, Frontend: own, QueueWorker: own})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(got, own.Image) || slices.Contains(got, want[2]) {
		t.Errorf("Images with own platform = %v", got)
	}
}

func TestNodePorts(t *testing.T) {
	objs := manifests(t, Options{Level: LevelCore})
	for name, want := range map[string]int32{
		BackendDeployment: BackendNodePort, FrontendDeployment: FrontendNodePort,
		"prometheus": PrometheusNodePort, "redis": RedisNodePort,
	} {
		svc := find[*corev1.Service](t, objs, "Service", name)
		if got := svc.Spec.Ports[0].NodePort; got != want {
			t.Errorf("Service %s: node port %d, want %d", name, got, want)
		}
	}
}

// The files are data that anyone may edit: a mistake must not pass in silence.
func TestConfigMapsAreTheOnesMounted(t *testing.T) {
	objs := manifests(t, Options{Level: LevelCore})
	for _, name := range []string{"prometheus", "prometheus-adapter"} {
		for _, obj := range objs {
			if obj.GetKind() != "Deployment" || obj.GetName() != name {
				continue
			}
			digest, _, _ := unstructured.NestedString(obj.Object, "spec", "template", "metadata", "annotations", configDigest)
			if len(digest) != 16 || strings.Trim(digest, "0123456789abcdef") != "" {
				t.Errorf("%s: config digest %q", describe(obj), digest)
			}
		}
	}
}
