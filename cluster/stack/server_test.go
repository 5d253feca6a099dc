package stack

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
)

// apiServer answers discovery of the core API and hands the rest to handle.
func apiServer(t *testing.T, handle http.HandlerFunc) *Stack {
	t.Helper()
	mux := http.NewServeMux()
	answer := func(body any) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if err := json.NewEncoder(w).Encode(body); err != nil {
				t.Error(err)
			}
		}
	}
	mux.Handle("GET /api", answer(metav1.APIVersions{TypeMeta: metav1.TypeMeta{Kind: "APIVersions"}, Versions: []string{"v1"}}))
	mux.Handle("GET /apis", answer(metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList"}}))
	mux.Handle("GET /api/v1", answer(metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList"}, GroupVersion: "v1",
		APIResources: []metav1.APIResource{{Name: "namespaces", Kind: "Namespace"}, {Name: "services", Kind: "Service", Namespaced: true},
			{Name: "secrets", Kind: "Secret", Namespaced: true}}}))
	mux.HandleFunc("/", handle)
	ts := httptest.NewServer(mux)
	t.Cleanup(ts.Close)
	s, err := New(&rest.Config{Host: ts.URL}, Options{Level: LevelCore})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func fail(t *testing.T, w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	err := json.NewEncoder(w).Encode(metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status: metav1.StatusFailure, Code: int32(status), Reason: metav1.StatusReasonBadRequest, Message: message})
	if err != nil {
		t.Error(err)
	}
}

func TestApplyIsStrictForcedAndOurs(t *testing.T) {
	var query string
	s := apiServer(t, func(w http.ResponseWriter, r *http.Request) {
		params := r.URL.Query()
		params.Del("timeout")
		query = r.Method + " " + r.URL.Path + " " + params.Encode() + " " + r.Header.Get("Content-Type")
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"artisan-platform"}}`))
	})
	if err := s.applyOne(t.Context(), manifests(t, Options{Level: LevelCore})[0]); err != nil {
		t.Fatal(err)
	}
	want := "PATCH /api/v1/namespaces/artisan-platform fieldManager=headroom&fieldValidation=Strict&force=true application/apply-patch+yaml"
	if query != want {
		t.Errorf("request %s\nwant    %s", query, want)
	}
}

func TestApplyErrorNamesObjectAndField(t *testing.T) {
	s := apiServer(t, func(w http.ResponseWriter, _ *http.Request) {
		fail(t, w, http.StatusBadRequest, `.spec.ports[0].nodPort: field not declared in schema`)
	})
	for _, obj := range manifests(t, Options{Level: LevelCore}) {
		if obj.GetKind() != "Service" || obj.GetName() != "redis" {
			continue
		}
		err := s.applyOne(t.Context(), obj)
		if err == nil || !strings.Contains(err.Error(), "apply Service artisan-platform/redis") || !strings.Contains(err.Error(), "nodPort") {
			t.Errorf("error %v", err)
		}
	}
}

func TestApplyOfAKindThatTheClusterLacks(t *testing.T) {
	s := apiServer(t, http.NotFound)
	obj := manifests(t, Options{Level: LevelCore})[0].DeepCopy()
	obj.SetAPIVersion("example.test/v1")
	obj.SetKind("Widget")
	err := s.applyOne(t.Context(), obj)
	if err == nil || !strings.Contains(err.Error(), "find the API of example.test/v1, Kind=Widget") {
		t.Errorf("error %v", err)
	}
}

func TestRequestRate(t *testing.T) {
	for _, tc := range []struct {
		body string
		want float64
		err  string
	}{
		{`{"items":[{"value":"100500m"},{"value":"2"}]}`, 102.5, ""},
		{`{"items":[]}`, 0, "no pod has a value"}, // silence is not idleness
		{`{"items":[{"value":"much"}]}`, 0, "decode http_requests_per_second"},
	} {
		s := apiServer(t, func(w http.ResponseWriter, r *http.Request) {
			if got := r.URL.Query().Get("labelSelector"); got != "app="+BackendDeployment {
				t.Errorf("selector %q", got)
			}
			_, _ = w.Write([]byte(tc.body))
		})
		got, err := s.requestRate(t.Context())
		if got != tc.want || (err == nil) != (tc.err == "") || (err != nil && !strings.Contains(err.Error(), tc.err)) {
			t.Errorf("%s: %v, %v; want %v, %q", tc.body, got, err, tc.want, tc.err)
		}
	}
}

func TestOpenNamesAKubeconfigThatIsMissing(t *testing.T) {
	_, err := Open("/nonexistent/kubeconfig", Options{Level: LevelCore})
	if err == nil || !strings.Contains(err.Error(), "/nonexistent/kubeconfig") {
		t.Errorf("error %v", err)
	}
}
