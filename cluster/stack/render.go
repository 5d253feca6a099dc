package stack

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// managedBy marks every object, so that a person sees where it comes from.
const managedBy = "app.kubernetes.io/managed-by"

// configDigest on a pod template makes a changed ConfigMap restart its pods:
// neither Prometheus nor the adapter reads its file again by itself.
const configDigest = "headroom/config-digest"

// ownImage marks pods of the user's image, which may have nothing to scrape.
const ownImage = "headroom/own-image"

// render turns the parsed manifests into what opts asks for.
func render(objs []*unstructured.Unstructured, opts Options) error {
	digests, err := configMapDigests(objs)
	if err != nil {
		return err
	}
	overrides := opts.workloads()
	for _, obj := range objs {
		labels := obj.GetLabels()
		if labels == nil {
			labels = map[string]string{}
		}
		labels[managedBy] = "headroom"
		if obj.GetKind() == "Namespace" && obj.GetName() == Namespace {
			labels[levelLabel] = string(opts.Level)
		}
		obj.SetLabels(labels)
		if err := setAddresses(obj, opts.LoadBalancerRange); err != nil {
			return fmt.Errorf("render %s: %w", describe(obj), err)
		}
		if err := renderWorkload(obj, digests, overrides); err != nil {
			return fmt.Errorf("render %s: %w", describe(obj), err)
		}
	}
	return nil
}

// setAddresses gives the pool of load balancer addresses its range.
func setAddresses(obj *unstructured.Unstructured, addresses string) error {
	if obj.GetKind() != "IPAddressPool" || addresses == "" {
		return nil
	}
	return unstructured.SetNestedStringSlice(obj.Object, []string{addresses}, "spec", "addresses")
}

// renderWorkload changes what runs pods; other objects stay as they are.
func renderWorkload(obj *unstructured.Unstructured, digests map[string]string, overrides map[string]Workload) error {
	switch obj.GetKind() {
	case "Deployment", "StatefulSet", "DaemonSet", "Job":
	default:
		return nil
	}
	if err := setConfigDigest(obj, digests); err != nil {
		return err
	}
	if w, ok := overrides[obj.GetName()]; ok && obj.GetKind() == "Deployment" {
		return w.apply(obj)
	}
	return nil
}

// configMapDigests maps "namespace/name" to a digest of the data.
func configMapDigests(objs []*unstructured.Unstructured) (map[string]string, error) {
	digests := map[string]string{}
	for _, obj := range objs {
		if obj.GetKind() != "ConfigMap" {
			continue
		}
		data, err := json.Marshal(obj.Object["data"]) // maps are written in key order
		if err != nil {
			return nil, fmt.Errorf("digest %s: %w", describe(obj), err)
		}
		digests[obj.GetNamespace()+"/"+obj.GetName()] = fmt.Sprintf("%x", sha256.Sum256(data))[:16]
	}
	return digests, nil
}

func setConfigDigest(obj *unstructured.Unstructured, digests map[string]string) error {
	volumes, _, err := unstructured.NestedSlice(obj.Object, "spec", "template", "spec", "volumes")
	if err != nil {
		return err
	}
	for _, v := range volumes {
		fields, _ := v.(map[string]any)
		name, found, err := unstructured.NestedString(fields, "configMap", "name")
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		digest, ok := digests[obj.GetNamespace()+"/"+name]
		if !ok {
			return fmt.Errorf("volume of ConfigMap %s, which is not in the stack", name)
		}
		if err := setAnnotation(obj, configDigest, digest); err != nil {
			return err
		}
	}
	return nil
}

// setAnnotation sets an annotation of the pod template.
func setAnnotation(obj *unstructured.Unstructured, key, value string) error {
	return unstructured.SetNestedField(obj.Object, value, "spec", "template", "metadata", "annotations", key)
}

// apply changes a Deployment of one container by w.
func (w Workload) apply(obj *unstructured.Unstructured) error {
	path := []string{"spec", "template", "spec", "containers"}
	containers, _, err := unstructured.NestedSlice(obj.Object, path...)
	if err != nil {
		return err
	}
	if len(containers) != 1 {
		return fmt.Errorf("want one container, have %d", len(containers))
	}
	container, ok := containers[0].(map[string]any)
	if !ok {
		return fmt.Errorf("container is a %T", containers[0])
	}
	if w.own() {
		if err := w.replaceImage(obj, container); err != nil {
			return err
		}
	}
	env, _ := container["env"].([]any)
	for _, name := range slices.Sorted(maps.Keys(w.Env)) {
		env = append(env, map[string]any{"name": name, "value": w.Env[name]})
	}
	if len(env) > 0 {
		container["env"] = env
	}
	return unstructured.SetNestedSlice(obj.Object, containers, path...)
}

// replaceImage puts the user's image in place of the stand-in. What the
// stand-in can do but another image perhaps cannot (run as any user, without
// writing) is no longer asked for.
func (w Workload) replaceImage(obj *unstructured.Unstructured, container map[string]any) error {
	container["image"] = w.Image
	delete(container, "command")
	delete(container, "args")
	setList(container, "command", w.Command)
	setList(container, "args", w.Args)
	container["securityContext"] = map[string]any{"allowPrivilegeEscalation": false}
	if err := w.setProbes(container); err != nil {
		return err
	}
	if err := setAnnotation(obj, ownImage, "true"); err != nil {
		return err
	}
	if w.MetricsPath != "" {
		if err := setAnnotation(obj, "prometheus.io/path", w.MetricsPath); err != nil {
			return err
		}
	}
	if w.Port == 0 {
		return nil
	}
	container["ports"] = []any{map[string]any{"name": "http", "containerPort": int64(w.Port)}}
	return setAnnotation(obj, "prometheus.io/port", strconv.Itoa(int(w.Port)))
}

// setProbes points the stand-in's probes at the paths of the user's image, or
// drops them.
func (w Workload) setProbes(container map[string]any) error {
	ready, live := or(w.ReadyPath, "/health"), or(w.LivePath, or(w.ReadyPath, "/health"))
	for probe, path := range map[string]string{"startupProbe": ready, "readinessProbe": ready, "livenessProbe": live} {
		if w.NoProbes {
			delete(container, probe)
			continue
		}
		if err := unstructured.SetNestedField(container, path, probe, "httpGet", "path"); err != nil {
			return err
		}
	}
	return nil
}

func setList(container map[string]any, key string, values []string) {
	if len(values) == 0 {
		return
	}
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	container[key] = list
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
