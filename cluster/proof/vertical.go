package proof

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// verticalResource is the vertical autoscaler's API.
var verticalResource = schema.GroupVersionResource{Group: "autoscaling.k8s.io", Version: "v1", Resource: "verticalpodautoscalers"}

// The documented vertical autoscaler, and the webhook that its admission
// controller registers by itself.
const (
	backendVPA    = "artisan-platform-backend-vpa"
	vpaWebhook    = "vpa-webhook-config"
	recommenderAt = "look at the recommender: kubectl -n kube-system logs deployment/vpa-recommender; a first recommendation takes a minute, and needs metrics-server"
)

func verticalChecks(a *Access) []Check {
	return []Check{
		{Component: "vertical autoscaler", Name: "the backend's VPA has a recommendation, and leaves the requests to the HPA", Run: a.recommended},
		{Component: "vertical autoscaler", Name: "its webhook is registered under the stack's authority", Run: a.webhookRegistered},
	}
}

func (a *Access) recommended(ctx context.Context) (string, error) {
	vpa, err := a.Dynamic.Resource(verticalResource).Namespace(a.Namespace).Get(ctx, backendVPA, metav1.GetOptions{})
	if err != nil {
		return "", Failed("install the stack again: headroom up --stack full", "read VPA %s: %w", backendVPA, err)
	}
	mode, _, err := unstructured.NestedString(vpa.Object, "spec", "updatePolicy", "updateMode")
	if err != nil {
		return "", fmt.Errorf("read the mode of VPA %s: %w", backendVPA, err)
	}
	if mode != "Off" {
		return "", Failed("headroom up puts it right, or: kubectl -n artisan-platform patch vpa "+backendVPA+` --type merge -p '{"spec":{"updatePolicy":{"updateMode":"Off"}}}'`,
			"VPA %s is in mode %s: it changes the requests by which the HPA counts", backendVPA, mode)
	}
	return recommendation(vpa)
}

func recommendation(vpa *unstructured.Unstructured) (string, error) {
	list, _, err := unstructured.NestedSlice(vpa.Object, "status", "recommendation", "containerRecommendations")
	if err != nil {
		return "", fmt.Errorf("read the recommendation of VPA %s: %w", vpa.GetName(), err)
	}
	var seen []string
	for _, item := range list {
		fields, _ := item.(map[string]any)
		target, _, err := unstructured.NestedStringMap(fields, "target")
		if err != nil {
			return "", fmt.Errorf("read the recommendation of VPA %s: %w", vpa.GetName(), err)
		}
		if target["cpu"] != "" && target["memory"] != "" {
			seen = append(seen, fmt.Sprintf("%v %s CPU and %s", fields["containerName"], target["cpu"], target["memory"]))
		}
	}
	if len(seen) == 0 {
		return "", Failed(recommenderAt, "VPA %s has no recommendation", vpa.GetName())
	}
	return "recommends for " + strings.Join(seen, ", "), nil
}

// webhookRegistered compares the authority by which the API server knows the
// admission controller with the one that signed its certificate.
func (a *Access) webhookRegistered(ctx context.Context) (string, error) {
	const advice = "the admission controller registers itself when it starts: kubectl -n kube-system rollout restart deployment/vpa-admission-controller"
	hook, err := a.Kube.AdmissionregistrationV1().MutatingWebhookConfigurations().Get(ctx, vpaWebhook, metav1.GetOptions{})
	if err != nil {
		return "", Failed(advice, "read the admission controller's webhook: %w", err)
	}
	authority, err := os.ReadFile(a.CAFile)
	if err != nil {
		return "", Failed("headroom up writes it again", "read the authority that clients trust: %w", err)
	}
	for _, w := range hook.Webhooks {
		if !bytes.Equal(bytes.TrimSpace(w.ClientConfig.CABundle), bytes.TrimSpace(authority)) {
			return "", Failed(advice, "webhook %s trusts another authority than the stack's", w.Name)
		}
	}
	if len(hook.Webhooks) == 0 {
		return "", Failed(advice, "%s holds no webhook", vpaWebhook)
	}
	return "webhook registered", nil
}
