package proof

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"k8s.io/client-go/rest"
)

// answering is an Access to servers that give fixed answers, by path.
func answering(t *testing.T, answers map[string]string) *Access {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		text, ok := answers[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			text = `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","message":"the server could not find ` + r.URL.Path + `","code":404}`
		}
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(server.Close)
	a, err := Connect(&rest.Config{Host: server.URL, Transport: &http.Transport{DisableKeepAlives: true}}, "artisan-platform")
	if err != nil {
		t.Fatal(err)
	}
	a.Prometheus = server.URL
	return a
}

const hpaList = `{"kind":"HorizontalPodAutoscalerList","apiVersion":"autoscaling/v2","items":[{"metadata":{"name":"backend-hpa","namespace":"artisan-platform"},
"spec":{"scaleTargetRef":{"kind":"Deployment","name":"backend"},"maxReplicas":2,"metrics":[
{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization"}}},
{"type":"Pods","pods":{"metric":{"name":"rps"},"target":{"type":"AverageValue"}}},
{"type":"External","external":{"metric":{"name":"length"},"target":{"type":"AverageValue"}}}]}}]}`

func hpaAnswers() map[string]string {
	return map[string]string{
		"/apis/autoscaling/v2/namespaces/artisan-platform/horizontalpodautoscalers":       hpaList,
		"/apis/apps/v1/namespaces/artisan-platform/deployments/backend/scale":             `{"kind":"Scale","apiVersion":"autoscaling/v1","status":{"selector":"app=backend"}}`,
		"/apis/metrics.k8s.io/v1beta1/namespaces/artisan-platform/pods":                   `{"items":[{"metadata":{"name":"a"}}]}`,
		"/apis/custom.metrics.k8s.io/v1beta2/namespaces/artisan-platform/pods/*/rps":      `{"items":[{"value":"1"}]}`,
		"/apis/external.metrics.k8s.io/v1beta1/namespaces/artisan-platform/length":        `{"items":[{"value":"0"}]}`,
		"/apis/external.metrics.k8s.io/v1beta1/namespaces/artisan-platform/another_thing": `{"items":[]}`,
	}
}

func TestAutoscalerChecks(t *testing.T) {
	results := only(t, autoscalerChecks, answering(t, hpaAnswers()))
	if !Green(results) || results[0].Proof != "backend cpu+rps+length" {
		t.Errorf("results %+v", results)
	}
	for _, tc := range []struct{ path, answer, cause, next string }{
		{"/apis/external.metrics.k8s.io/v1beta1/namespaces/artisan-platform/length", "", "HPA backend-hpa: metric length: ", "prometheus-adapter"},
		{"/apis/external.metrics.k8s.io/v1beta1/namespaces/artisan-platform/length", `{"items":[]}`, "metric length: no value", "prometheus-adapter"},
		{"/apis/metrics.k8s.io/v1beta1/namespaces/artisan-platform/pods", `{"items":[]}`, "metric cpu: no value", "metrics-server"},
		{"/apis/autoscaling/v2/namespaces/artisan-platform/horizontalpodautoscalers", `{"kind":"HorizontalPodAutoscalerList","apiVersion":"autoscaling/v2","items":[]}`, "has no HPA", "headroom up"},
	} {
		answers := hpaAnswers()
		delete(answers, tc.path)
		if tc.answer != "" {
			answers[tc.path] = tc.answer
		}
		r := only(t, autoscalerChecks, answering(t, answers))[0]
		if r.Ready || !strings.Contains(r.Cause, tc.cause) || !strings.Contains(r.Next, tc.next) {
			t.Errorf("%s = %s: %+v", tc.path, tc.answer, r)
		}
	}
}

const (
	configPath = "/api/v1/namespaces/monitoring/configmaps/prometheus"
	upTarget   = `{"scrapePool":"pods","scrapeUrl":"http://a/metrics","health":"up"}`
	downTarget = `{"scrapePool":"redis","scrapeUrl":"http://b/metrics","health":"down","lastError":"connection refused"}`
	newTarget  = `{"scrapePool":"redis","scrapeUrl":"http://c/metrics","health":"unknown"}`
	ownTarget  = `{"scrapePool":"pods","scrapeUrl":"http://d/metrics","health":"down","discoveredLabels":{"__meta_kubernetes_pod_annotation_headroom_own_image":"true"}}`
)

func TestPrometheusTargets(t *testing.T) {
	for _, tc := range []struct{ targets, proof, cause string }{
		{upTarget, "1 targets of 1 jobs up", ""},
		{upTarget + "," + ownTarget, "1 targets of 1 jobs up", ""}, // the user's image need have no metrics
		{"", "", "no target"},
		{upTarget + "," + downTarget, "", "1 of 2 targets are not up: redis http://b/metrics is down: connection refused"},
		{newTarget, "", "is unknown"}, // not asked yet is not up
	} {
		a := answering(t, map[string]string{"/api/v1/targets": `{"status":"success","data":{"activeTargets":[` + tc.targets + `]}}`})
		r := prometheusChecks(a)[0].result(t.Context())
		if r.Proof != tc.proof || r.Ready != (tc.cause == "") || !strings.Contains(r.Cause, tc.cause) {
			t.Errorf("%s: %+v", tc.targets, r)
		}
	}
}

func TestPrometheusRules(t *testing.T) {
	group := func(health string) string {
		return `{"name":"scaling.rules","file":"/etc/prometheus-config/rules-scaling.yml","rules":[{"name":"HighCPUUsage","type":"alerting","health":"` + health + `","lastError":"bad query"},{"name":"r","type":"recording","health":"ok"}]}`
	}
	for _, tc := range []struct{ keys, groups, proof, cause string }{
		{`"prometheus.yml":""`, "", "0 alerts and 0 recording rules loaded", ""},
		{`"rules-scaling.yml":""`, group("ok"), "1 alerts and 1 recording rules loaded", ""},
		{`"rules-scaling.yml":""`, group("err"), "", "rule HighCPUUsage of group scaling.rules is err: bad query"},
		{`"rules-scaling.yml":""`, "", "", "rules-scaling.yml of its ConfigMap is not loaded"},
	} {
		a := answering(t, map[string]string{
			"/api/v1/rules": `{"status":"success","data":{"groups":[` + tc.groups + `]}}`,
			configPath:      `{"kind":"ConfigMap","apiVersion":"v1","data":{` + tc.keys + `}}`,
		})
		r := prometheusChecks(a)[1].result(t.Context())
		if r.Proof != tc.proof || r.Ready != (tc.cause == "") || !strings.Contains(r.Cause, tc.cause) {
			t.Errorf("%s: %+v", tc.groups, r)
		}
	}
}

func TestPrometheusThatFails(t *testing.T) {
	for answer, cause := range map[string]string{`{"status":"error","error":"out of memory"}`: "out of memory", `<html>`: "decode Prometheus's answer"} {
		a := answering(t, map[string]string{"/api/v1/targets": answer})
		if r := prometheusChecks(a)[0].result(t.Context()); r.Ready || !strings.Contains(r.Cause, cause) {
			t.Errorf("%s: %+v", answer, r)
		}
	}
}

func TestEveryLevelHasChecks(t *testing.T) {
	a := &Access{}
	core, full := Checks("core", a), Checks("full", a)
	if len(core) == 0 || len(full) <= len(core) {
		t.Errorf("%d checks at core, %d at full", len(core), len(full))
	}
	for _, c := range full {
		if c.Component == "" || c.Name == "" || c.Run == nil {
			t.Errorf("check %+v is not whole", c)
		}
	}
}
