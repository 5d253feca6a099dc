package stack

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/artisan-platform/headroom/cluster/pki"
	"github.com/artisan-platform/headroom/runner/progress"
)

// secretServer serves the Secrets that it is given, by "namespace/name".
func secretServer(t *testing.T, secrets map[string]map[string][]byte) *Stack {
	t.Helper()
	s := apiServer(t, func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(r.URL.Path, "/") // "", api, v1, namespaces, NS, secrets, NAME
		data, ok := secrets[parts[4]+"/"+parts[len(parts)-1]]
		if !ok {
			notFound(w)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(corev1.Secret{TypeMeta: metav1.TypeMeta{Kind: "Secret", APIVersion: "v1"}, Data: data}); err != nil {
			t.Error(err)
		}
	})
	s.opts.CAFile = filepath.Join(t.TempDir(), "ca.crt")
	return s
}

func notFound(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusNotFound)
	_ = json.NewEncoder(w).Encode(metav1.Status{Status: metav1.StatusFailure, Reason: metav1.StatusReasonNotFound, Code: http.StatusNotFound})
}

// certifyAll certifies the full level and returns the data of each Secret that
// asks for a certificate, and the objects.
func certifyAll(t *testing.T, s *Stack) (map[string]map[string][]byte, []*unstructured.Unstructured) {
	t.Helper()
	objs := manifests(t, Options{Level: LevelFull})
	if err := s.certify(t.Context(), objs); err != nil {
		t.Fatal(err)
	}
	filled := map[string]map[string][]byte{}
	for _, r := range requests(objs) {
		encoded, _, err := unstructured.NestedStringMap(r.secret.Object, "data")
		if err != nil {
			t.Fatal(err)
		}
		data := map[string][]byte{}
		for key, text := range encoded {
			if data[key], err = base64.StdEncoding.DecodeString(text); err != nil {
				t.Fatal(err)
			}
		}
		filled[r.key()] = data
	}
	return filled, objs
}

const apiSecret = "artisan-platform/artisan-platform-tls"

func TestCertifyANewCluster(t *testing.T) {
	s := secretServer(t, nil)
	filled, objs := certifyAll(t, s)
	authority, err := os.ReadFile(s.opts.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	for key, name := range map[string]string{apiSecret: "api.artisan-platform.com",
		"artisan-platform/edge-cache-tls": "cdn.artisan-platform.com", "kube-system/vpa-tls-certs": "vpa-webhook.kube-system.svc"} {
		pair := pki.Pair{Cert: filled[key]["tls.crt"], Key: filled[key]["tls.key"]}
		if err := pair.Check(authority, time.Now(), name); err != nil {
			t.Errorf("Secret %s: %v", key, err)
		}
		if string(filled[key]["ca.crt"]) != string(authority) {
			t.Errorf("Secret %s holds another authority than the file", key)
		}
	}
	for _, obj := range objs {
		mark, _, err := unstructured.NestedString(obj.Object, "spec", "template", "metadata", "annotations", certificateDigest)
		if mounts := obj.GetName() == "edge-cache" || obj.GetName() == "vpa-admission-controller"; err != nil || obj.GetKind() == "Deployment" && mounts != (mark != "") {
			t.Errorf("%s: certificate digest %q, %v", describe(obj), mark, err)
		}
	}
}

func TestCertifyKeepsWhatIsGood(t *testing.T) {
	first, _ := certifyAll(t, secretServer(t, nil))
	again := secretServer(t, first)
	second, _ := certifyAll(t, again)
	if string(second[apiSecret]["tls.crt"]) != string(first[apiSecret]["tls.crt"]) {
		t.Error("a good certificate was made anew")
	}
	if authority, err := os.ReadFile(again.opts.CAFile); err != nil || string(authority) != string(first[apiSecret]["ca.crt"]) {
		t.Errorf("the authority of a cluster that is used again is not written: %v", err)
	}
}

// What a client would refuse is made anew, and all of it: the authority's key is
// gone.
func TestCertifyMakesAllAnew(t *testing.T) {
	stranger, _ := certifyAll(t, secretServer(t, nil))
	for title, spoil := range map[string]func(have map[string]map[string][]byte){
		"one is missing":            func(have map[string]map[string][]byte) { delete(have, apiSecret) },
		"one is for another name":   func(have map[string]map[string][]byte) { have[apiSecret] = have["artisan-platform/edge-cache-tls"] },
		"one is of another issuer":  func(have map[string]map[string][]byte) { have[apiSecret] = stranger[apiSecret] },
		"one is empty":              func(have map[string]map[string][]byte) { have[apiSecret] = nil },
		"one has another's own key": func(have map[string]map[string][]byte) { have[apiSecret]["tls.key"] = stranger[apiSecret]["tls.key"] },
	} {
		t.Run(title, func(t *testing.T) {
			first, _ := certifyAll(t, secretServer(t, nil))
			kept := string(first["kube-system/vpa-tls-certs"]["tls.crt"])
			spoil(first)
			second, _ := certifyAll(t, secretServer(t, first))
			for key, data := range second {
				if string(data["tls.crt"]) == kept {
					t.Errorf("Secret %s keeps a certificate of the old authority", key)
				}
			}
		})
	}
}

// Whoever applies the manifests, to install the stack or to reset it, applies
// Secrets that are filled.
func TestAppliedSecretsAreFilled(t *testing.T) {
	var applied []byte
	s := apiServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPatch {
			notFound(w)
			return
		}
		var err error
		if applied, err = io.ReadAll(r.Body); err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(applied)
	})
	var secret *unstructured.Unstructured
	for _, r := range requests(manifests(t, Options{Level: LevelFull})) {
		if r.key() == apiSecret {
			secret = r.secret
		}
	}
	err := progress.Do(progress.Discard, "apply", func(step progress.Step) error {
		return s.applyAll(t.Context(), []*unstructured.Unstructured{secret}, step)
	})
	if err != nil {
		t.Fatal(err)
	}
	var got corev1.Secret
	if err := json.Unmarshal(applied, &got); err != nil {
		t.Fatal(err)
	}
	pair := pki.Pair{Cert: got.Data["tls.crt"], Key: got.Data["tls.key"]}
	if err := pair.Check(got.Data["ca.crt"], time.Now(), "api.artisan-platform.com"); err != nil {
		t.Error(err)
	}
}

func TestLoadBalancerRange(t *testing.T) {
	for _, obj := range manifests(t, Options{Level: LevelFull, LoadBalancerRange: "10.0.0.1-10.0.0.9"}) {
		if obj.GetKind() != "IPAddressPool" {
			continue
		}
		if got, _, err := unstructured.NestedStringSlice(obj.Object, "spec", "addresses"); err != nil || len(got) != 1 || got[0] != "10.0.0.1-10.0.0.9" {
			t.Errorf("addresses %v, %v", got, err)
		}
		return
	}
	t.Error("no pool of addresses at the full level")
}
