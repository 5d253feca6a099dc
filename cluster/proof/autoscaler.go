package proof

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	custommetrics "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
	externalmetrics "k8s.io/metrics/pkg/apis/external_metrics/v1beta1"
	resourcemetrics "k8s.io/metrics/pkg/apis/metrics/v1beta1"
)

// autoscalerChecks resolve every metric of every HPA of the platform, as the
// controller does: by the target's selector, from the API that serves it.
func autoscalerChecks(a *Access) []Check {
	return []Check{{
		Component: "autoscalers", Name: "every metric of every HPA has a value",
		Run: func(ctx context.Context) (string, error) {
			list, err := a.Kube.AutoscalingV2().HorizontalPodAutoscalers(a.Namespace).List(ctx, metav1.ListOptions{})
			if err != nil {
				return "", fmt.Errorf("list the HPAs: %w", err)
			}
			if len(list.Items) == 0 {
				return "", Failed("install the stack: headroom up", "namespace %s has no HPA", a.Namespace)
			}
			var seen []string
			for i := range list.Items {
				values, err := a.resolveAll(ctx, &list.Items[i])
				if err != nil {
					return "", err
				}
				seen = append(seen, strings.TrimSuffix(list.Items[i].Name, "-hpa")+" "+values)
			}
			return strings.Join(seen, ", "), nil
		},
	}}
}

func (a *Access) resolveAll(ctx context.Context, hpa *autoscalingv2.HorizontalPodAutoscaler) (string, error) {
	scale, err := a.Kube.AppsV1().Deployments(hpa.Namespace).GetScale(ctx, hpa.Spec.ScaleTargetRef.Name, metav1.GetOptions{})
	if err != nil {
		return "", Failed("install the stack again: headroom up", "HPA %s: read the scale of its target: %w", hpa.Name, err)
	}
	var values []string
	for _, m := range hpa.Spec.Metrics {
		name, n, err := a.resolve(ctx, hpa.Namespace, scale.Status.Selector, m)
		if err == nil && n == 0 {
			err = fmt.Errorf("no value")
		}
		if err != nil {
			return "", Failed(metricAdvice(m), "HPA %s: metric %s: %w", hpa.Name, name, err)
		}
		values = append(values, name)
	}
	return strings.Join(values, "+"), nil
}

// resolve reads a metric and returns its name and how many values there are.
func (a *Access) resolve(ctx context.Context, namespace, selector string, m autoscalingv2.MetricSpec) (string, int, error) {
	pods := url.Values{"labelSelector": {selector}}
	switch {
	case m.Resource != nil:
		var list resourcemetrics.PodMetricsList
		err := a.apiGet(ctx, "/apis/metrics.k8s.io/v1beta1/namespaces/"+namespace+"/pods", pods, &list)
		return string(m.Resource.Name), len(list.Items), err
	case m.Pods != nil:
		var list custommetrics.MetricValueList
		name := m.Pods.Metric.Name
		err := a.apiGet(ctx, "/apis/custom.metrics.k8s.io/v1beta2/namespaces/"+namespace+"/pods/*/"+name, pods, &list)
		return name, len(list.Items), err
	case m.External != nil:
		var list externalmetrics.ExternalMetricValueList
		name := m.External.Metric.Name
		err := a.apiGet(ctx, "/apis/external.metrics.k8s.io/v1beta1/namespaces/"+namespace+"/"+name, nil, &list)
		return name, len(list.Items), err
	}
	return string(m.Type), 0, fmt.Errorf("no check knows this type")
}

func metricAdvice(m autoscalingv2.MetricSpec) string {
	if m.Resource != nil {
		return "look at metrics-server: kubectl -n kube-system logs deployment/metrics-server"
	}
	return "look at the rules in ConfigMap monitoring/prometheus-adapter and its log, and whether Prometheus has the series; headroom up puts the documented rules back"
}
