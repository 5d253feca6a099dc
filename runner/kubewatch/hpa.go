package kubewatch

import (
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/artisan-platform/headroom/runner/observation"
)

// hpaOf resolves the defaults that the API documents for what an HPA leaves
// open, so that judging it needs no constant.
func hpaOf(h *autoscalingv2.HorizontalPodAutoscaler) observation.HPA {
	out := observation.HPA{
		Namespace:  h.Namespace,
		Name:       h.Name,
		UID:        string(h.UID),
		TargetKind: h.Spec.ScaleTargetRef.Kind,
		Target:     h.Spec.ScaleTargetRef.Name,
		Min:        1,
		Max:        h.Spec.MaxReplicas,
		Metrics:    metricsOf(h.Spec.Metrics, h.Status.CurrentMetrics),
		Current:    h.Status.CurrentReplicas,
		Desired:    h.Status.DesiredReplicas,
	}
	if h.Spec.MinReplicas != nil {
		out.Min = *h.Spec.MinReplicas
	}
	var up, down *autoscalingv2.HPAScalingRules
	if h.Spec.Behavior != nil {
		up, down = h.Spec.Behavior.ScaleUp, h.Spec.Behavior.ScaleDown
	}
	out.ScaleUp = rulesOf(up, 0,
		observation.Policy{Type: string(autoscalingv2.PodsScalingPolicy), Value: 4, Period: 15 * time.Second},
		observation.Policy{Type: string(autoscalingv2.PercentScalingPolicy), Value: 100, Period: 15 * time.Second})
	out.ScaleDown = rulesOf(down, 300*time.Second,
		observation.Policy{Type: string(autoscalingv2.PercentScalingPolicy), Value: 100, Period: 15 * time.Second})
	if h.Status.LastScaleTime != nil {
		t := h.Status.LastScaleTime.UTC()
		out.LastScale = &t
	}
	for _, c := range h.Status.Conditions {
		out.Conditions = append(out.Conditions, observation.Condition{
			Type: string(c.Type), Status: string(c.Status), Reason: c.Reason, Message: c.Message, Since: c.LastTransitionTime.UTC(),
		})
	}
	return out
}

// rulesOf fills what rules leave open with the defaults of their direction.
func rulesOf(r *autoscalingv2.HPAScalingRules, window time.Duration, policies ...observation.Policy) observation.Rules {
	out := observation.Rules{Window: window, Select: string(autoscalingv2.MaxChangePolicySelect), Policies: policies}
	if r == nil {
		return out
	}
	if r.StabilizationWindowSeconds != nil {
		out.Window = time.Duration(*r.StabilizationWindowSeconds) * time.Second
	}
	if r.SelectPolicy != nil {
		out.Select = string(*r.SelectPolicy)
	}
	if r.Tolerance != nil {
		t := r.Tolerance.AsApproximateFloat64()
		out.Tolerance = &t
	}
	if r.Policies != nil {
		out.Policies = nil
	}
	for _, p := range r.Policies {
		out.Policies = append(out.Policies, observation.Policy{
			Type: string(p.Type), Value: p.Value, Period: time.Duration(p.PeriodSeconds) * time.Second,
		})
	}
	return out
}

// defaultMetrics is what the API scales on when a spec names no metric.
func defaultMetrics() []autoscalingv2.MetricSpec {
	utilization := int32(80)
	return []autoscalingv2.MetricSpec{{
		Type: autoscalingv2.ResourceMetricSourceType,
		Resource: &autoscalingv2.ResourceMetricSource{
			Name:   corev1.ResourceCPU,
			Target: autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: &utilization},
		},
	}}
}

// metricsOf pairs each metric of a spec with its value in the status. The
// controller keeps the spec's order but leaves an empty entry for a metric
// that it could not read, and old entries outlive a change of the spec: hence
// the place counts first, the name decides.
func metricsOf(specs []autoscalingv2.MetricSpec, statuses []autoscalingv2.MetricStatus) []observation.HPAMetric {
	if len(specs) == 0 {
		specs = defaultMetrics()
	}
	used := make([]bool, len(statuses))
	out := make([]observation.HPAMetric, len(specs))
	for i, spec := range specs {
		name, target := specParts(spec)
		out[i] = observation.HPAMetric{Type: string(spec.Type), Name: name, TargetType: string(target.Type), Target: targetValue(target)}
		j := i
		if j >= len(statuses) || used[j] || !sameMetric(spec.Type, name, statuses[j]) {
			for j = 0; j < len(statuses) && (used[j] || !sameMetric(spec.Type, name, statuses[j])); j++ {
			}
		}
		if j < len(statuses) {
			used[j] = true
			out[i].Current = currentValue(target.Type, statuses[j])
		}
	}
	return out
}

func sameMetric(t autoscalingv2.MetricSourceType, name string, s autoscalingv2.MetricStatus) bool {
	got, _ := statusParts(s)
	return s.Type == t && got == name
}

func targetValue(t autoscalingv2.MetricTarget) float64 {
	switch {
	case t.Type == autoscalingv2.UtilizationMetricType && t.AverageUtilization != nil:
		return float64(*t.AverageUtilization)
	case t.Type == autoscalingv2.AverageValueMetricType && t.AverageValue != nil:
		return t.AverageValue.AsApproximateFloat64()
	case t.Type == autoscalingv2.ValueMetricType && t.Value != nil:
		return t.Value.AsApproximateFloat64()
	}
	return 0
}

// currentValue reads the current value in the unit of the target; nil if the
// status has none.
func currentValue(t autoscalingv2.MetricTargetType, s autoscalingv2.MetricStatus) *float64 {
	_, current := statusParts(s)
	var q *resource.Quantity
	switch t {
	case autoscalingv2.UtilizationMetricType:
		if current.AverageUtilization == nil {
			return nil
		}
		v := float64(*current.AverageUtilization)
		return &v
	case autoscalingv2.AverageValueMetricType:
		q = current.AverageValue
	case autoscalingv2.ValueMetricType:
		q = current.Value
	}
	if q == nil {
		return nil
	}
	v := q.AsApproximateFloat64()
	return &v
}
