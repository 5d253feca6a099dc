package proof

import (
	"context"
	"fmt"
	"sort"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// prometheusChecks hold every target against what it scrapes, and the rules, if
// the stack brings any, against what is loaded.
func prometheusChecks(a *Access) []Check {
	return []Check{
		{Component: "prometheus", Name: "every target is up", Run: a.targetsUp},
		{Component: "prometheus", Name: "the rules of the stack are loaded and evaluate", Run: a.rulesLoaded},
	}
}

const prometheusAdvice = "look at Prometheus: kubectl -n monitoring logs deployment/prometheus"

func (a *Access) targetsUp(ctx context.Context) (string, error) {
	var data struct {
		ActiveTargets []struct {
			ScrapePool, ScrapeURL, Health, LastError string
			DiscoveredLabels                         map[string]string
		}
	}
	if err := a.prometheusGet(ctx, "/api/v1/targets", map[string][]string{"state": {"active"}}, &data); err != nil {
		return "", Failed(prometheusAdvice, "%w", err)
	}
	if len(data.ActiveTargets) == 0 {
		return "", Failed(prometheusAdvice, "Prometheus has no target")
	}
	pools := map[string]int{}
	up := 0
	var down []string
	for _, t := range data.ActiveTargets {
		if t.DiscoveredLabels["__meta_kubernetes_pod_annotation_headroom_own_image"] == "true" {
			continue // the user's image need not have metrics
		}
		pools[t.ScrapePool]++
		up++
		if t.Health != "up" {
			down = append(down, fmt.Sprintf("%s %s is %s: %s", t.ScrapePool, t.ScrapeURL, t.Health, t.LastError))
		}
	}
	if len(down) > 0 {
		sort.Strings(down)
		return "", Failed("look at the pod behind that address; a target of a pod that has just started is up within 30 s", "%d of %d targets are not up: %s",
			len(down), len(data.ActiveTargets), strings.Join(down[:min(3, len(down))], "; "))
	}
	return fmt.Sprintf("%d targets of %d jobs up", up, len(pools)), nil
}

// rulesLoaded wants each rules file of the ConfigMap served with every rule
// healthy. A stack that brings no rules says so.
func (a *Access) rulesLoaded(ctx context.Context) (string, error) {
	config, err := a.Kube.CoreV1().ConfigMaps("monitoring").Get(ctx, "prometheus", metav1.GetOptions{})
	if err != nil {
		return "", Failed("install the stack again: headroom up", "read Prometheus's configuration: %w", err)
	}
	var data struct {
		Groups []struct {
			Name, File string
			Rules      []struct{ Name, Type, Health, LastError string }
		}
	}
	if err := a.prometheusGet(ctx, "/api/v1/rules", nil, &data); err != nil {
		return "", Failed(prometheusAdvice, "%w", err)
	}
	loaded, alerts, recording := map[string]bool{}, 0, 0
	for _, g := range data.Groups {
		loaded[g.File[strings.LastIndex(g.File, "/")+1:]] = true
		for _, r := range g.Rules {
			if r.Health != "ok" {
				return "", Failed("correct the rule in ConfigMap monitoring/prometheus; headroom up puts the documented ones back", "rule %s of group %s is %s: %s", r.Name, g.Name, r.Health, r.LastError)
			}
			if r.Type == "alerting" {
				alerts++
			} else {
				recording++
			}
		}
	}
	for key := range config.Data {
		if strings.HasPrefix(key, "rules-") && !loaded[key] {
			return "", Failed("restart Prometheus, which reads its rules when it starts: kubectl -n monitoring rollout restart deployment/prometheus", "file %s of its ConfigMap is not loaded", key)
		}
	}
	return fmt.Sprintf("%d alerts and %d recording rules loaded", alerts, recording), nil
}
