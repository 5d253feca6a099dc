package stack

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// What one memory-optimized node holds at the full level: the databases that are
// bound to it, and all that prefers it, in the worst case of a single such node.
func TestDatabasesFitOneNode(t *testing.T) {
	objs := fullManifests(t)
	var need int64
	for _, obj := range objs {
		switch obj.GetKind() {
		case "Deployment":
			d := typed(t, obj).(*appsv1.Deployment)
			if _, scaled := guideHPAs()[d.Name+"-hpa"]; scaled {
				continue
			}
			replicas := int64(1)
			if d.Spec.Replicas != nil {
				replicas = int64(*d.Spec.Replicas)
			}
			need += replicas * milli(d.Spec.Template.Spec)
		case "StatefulSet":
			s := typed(t, obj).(*appsv1.StatefulSet)
			need += int64(*s.Spec.Replicas) * milli(s.Spec.Template.Spec)
		case "Cluster":
			need += 100 * number(obj, "spec", "instances") // as its spec.resources says
		}
	}
	if need > nodeMilliCPU {
		t.Errorf("databases and support request %dm, a node has %dm", need, nodeMilliCPU)
	}
}

func milli(pod corev1.PodSpec) (sum int64) {
	for _, c := range pod.Containers {
		sum += c.Resources.Requests.Cpu().MilliValue()
	}
	return sum
}

// What the full level adds that keeps data stays on the memory-optimized nodes:
// the others are full at twenty backends.
func TestDatabasesLeaveTheBackendsNodes(t *testing.T) {
	objs := fullManifests(t)
	for name, pod := range map[string]corev1.PodSpec{
		"pgbouncer":     find[*appsv1.Deployment](t, objs, "Deployment", "pgbouncer").Spec.Template.Spec,
		"redis-cluster": find[*appsv1.StatefulSet](t, objs, "StatefulSet", "redis-cluster").Spec.Template.Spec,
	} {
		if pod.NodeSelector["node-type"] != "memory-optimized" {
			t.Errorf("%s has node selector %v", name, pod.NodeSelector)
		}
	}
}

func TestOneQueueALevel(t *testing.T) {
	core, full := names(manifests(t, Options{Level: LevelCore})), names(fullManifests(t))
	if !slices.Contains(core, "Deployment artisan-platform/redis") || slices.Contains(full, "Deployment artisan-platform/redis") {
		t.Error("the core level's Redis is not at the core level only")
	}
	if !slices.Contains(full, "StatefulSet artisan-platform/redis-cluster") {
		t.Error("the full level has no Redis cluster")
	}
}

func names(objs []*unstructured.Unstructured) []string {
	var all []string
	for _, obj := range objs {
		all = append(all, describe(obj))
	}
	return all
}

// namespaceServer answers with a platform namespace of these labels, or none.
func namespaceServer(t *testing.T, labels map[string]string) *Stack {
	t.Helper()
	return apiServer(t, func(w http.ResponseWriter, r *http.Request) {
		if labels == nil || r.URL.Path != "/api/v1/namespaces/artisan-platform" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		ns := corev1.Namespace{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"}, ObjectMeta: metav1.ObjectMeta{Name: Namespace, Labels: labels}}
		if err := json.NewEncoder(w).Encode(ns); err != nil {
			t.Error(err)
		}
	})
}

func TestInstalled(t *testing.T) {
	for _, tc := range []struct {
		labels map[string]string
		want   Level
		err    string
	}{
		{nil, "", "not installed"},
		{map[string]string{}, LevelCore, ""},
		{map[string]string{levelLabel: "full"}, LevelFull, ""},
		{map[string]string{levelLabel: "odd"}, "", `level "odd": unknown`},
	} {
		got, err := namespaceServer(t, tc.labels).Installed(t.Context())
		if got != tc.want || (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) {
			t.Errorf("%v: %q, %v; want %q, %q", tc.labels, got, err, tc.want, tc.err)
		}
	}
}

// A full stack is not made smaller under somebody's data.
func TestShrinkingIsRefused(t *testing.T) {
	s := namespaceServer(t, map[string]string{levelLabel: "full"})
	err := s.changeLevel(t.Context())
	if err == nil || !strings.Contains(err.Error(), "headroom down") || !strings.Contains(err.Error(), "--stack full") {
		t.Errorf("error %v", err)
	}
}

// A password is drawn once. A second apply sends the one that is there.
func TestGeneratedSecret(t *testing.T) {
	var have *corev1.Secret
	s := apiServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Method == http.MethodGet && have == nil {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}`)
			return
		}
		if err := json.NewEncoder(w).Encode(have); err != nil {
			t.Error(err)
		}
	})
	var secret *unstructured.Unstructured
	for _, obj := range fullManifests(t) {
		if obj.GetKind() == "Secret" && obj.GetName() == "postgres-credentials" {
			secret = obj
		}
	}
	password := func() string {
		t.Helper()
		whole, err := s.completed(t.Context(), secret)
		if err != nil {
			t.Fatal(err)
		}
		data, _, _ := unstructured.NestedStringMap(whole.Object, "data")
		user, _ := base64.StdEncoding.DecodeString(data["username"])
		drawn, err := base64.StdEncoding.DecodeString(data["password"])
		if err != nil || string(user) != "app_user" || whole.Object["stringData"] != nil {
			t.Errorf("secret for user %q, error %v", user, err)
		}
		return string(drawn)
	}
	first, second := password(), password()
	if len(first) < 20 || first == second {
		t.Error("the password is short, or not drawn anew for a new cluster")
	}
	have = &corev1.Secret{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"}, Data: map[string][]byte{"password": []byte("kept")}}
	if got := password(); got != "kept" {
		t.Error("the password of a cluster that has one was changed")
	}
}
