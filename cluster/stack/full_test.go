package stack

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes/scheme"
)

func fullManifests(t *testing.T) []*unstructured.Unstructured {
	t.Helper()
	return manifests(t, Options{Level: LevelFull})
}

func TestFullManifestsDecodeStrictly(t *testing.T) {
	last := 0
	for _, obj := range fullManifests(t) {
		if r := rank(obj); r < last {
			t.Errorf("%s comes after an object that needs it", describe(obj))
		} else {
			last = r
		}
		if scheme.Scheme.Recognizes(obj.GroupVersionKind()) {
			typed(t, obj)
		}
		if obj.GetAnnotations()[patchMark] != "" {
			t.Errorf("%s is a patch that was not merged", describe(obj))
		}
	}
}

// The guide's parameters, written down a second time by hand.
func TestDatabaseIsTheGuides(t *testing.T) {
	want := map[string]any{
		"max_connections": "200", "shared_buffers": "256MB", "effective_cache_size": "1GB", "maintenance_work_mem": "64MB",
		"checkpoint_completion_target": "0.9", "wal_buffers": "16MB", "default_statistics_target": "100",
		"random_page_cost": "1.1", "effective_io_concurrency": "200",
	}
	for _, obj := range fullManifests(t) {
		if obj.GetKind() != "Cluster" {
			continue
		}
		got, _, err := unstructured.NestedMap(obj.Object, "spec", "postgresql", "parameters")
		if err != nil || len(got) != len(want) {
			t.Errorf("parameters %v, error %v", got, err)
		}
		for name, value := range want {
			if got[name] != value {
				t.Errorf("%s is %v, want %v", name, got[name], value)
			}
		}
		class, _, _ := unstructured.NestedString(obj.Object, "spec", "storage", "storageClass")
		size, _, _ := unstructured.NestedString(obj.Object, "spec", "storage", "size")
		if number(obj, "spec", "instances") != 3 || class != "gp3" || size != "100Gi" {
			t.Errorf("instances %d, class %s, size %s", number(obj, "spec", "instances"), class, size)
		}
		return
	}
	t.Error("no database cluster")
}

func TestRedisClusterIsTheGuides(t *testing.T) {
	objs := fullManifests(t)
	set := find[*appsv1.StatefulSet](t, objs, "StatefulSet", "redis-cluster")
	claim := set.Spec.VolumeClaimTemplates[0].Spec
	if *set.Spec.Replicas != 6 || *claim.StorageClassName != "gp3" || claim.Resources.Requests.Storage().String() != "20Gi" {
		t.Errorf("%d replicas, claim %v", *set.Spec.Replicas, claim)
	}
	r := set.Spec.Template.Spec.Containers[0].Resources
	if r.Requests.Cpu().String() != "100m" || r.Requests.Memory().String() != "256Mi" || r.Limits.Cpu().String() != "500m" || r.Limits.Memory().String() != "1Gi" {
		t.Errorf("resources %v", r)
	}
	conf := find[*corev1.ConfigMap](t, objs, "ConfigMap", "redis-cluster").Data["redis.conf"]
	for _, line := range []string{"maxmemory 768mb", "save 900 1 300 10 60 10000", "tcp-keepalive 60", "timeout 300", "maxmemory-policy volatile-lru"} {
		if !strings.Contains("\n"+conf, "\n"+line+"\n") {
			t.Errorf("redis.conf lacks %q", line)
		}
	}
	for n := range 6 {
		svc := find[*corev1.Service](t, objs, "Service", "redis-cluster-"+string(rune('0'+n)))
		if got := svc.Spec.Ports[0].NodePort; got != int32(RedisNodePort+n) {
			t.Errorf("node %d has node port %d", n, got)
		}
	}
}

func TestPoolIsTheGuides(t *testing.T) {
	objs := fullManifests(t)
	ini := find[*corev1.ConfigMap](t, objs, "ConfigMap", "pgbouncer").Data["pgbouncer.ini"]
	for _, line := range []string{"pool_mode = transaction", "max_client_conn = 1000", "default_pool_size = 25", "min_pool_size = 5",
		"reserve_pool_size = 5", "server_reset_query = DISCARD ALL"} {
		if !strings.Contains(ini, "\n"+line+"\n") {
			t.Errorf("pgbouncer.ini lacks %q", line)
		}
	}
	d := find[*appsv1.Deployment](t, objs, "Deployment", "pgbouncer")
	if *d.Spec.Replicas != 2 || d.Spec.Template.Spec.Containers[0].Resources.Limits.Cpu().String() != "500m" {
		t.Errorf("replicas %d, resources %v", *d.Spec.Replicas, d.Spec.Template.Spec.Containers[0].Resources)
	}
	if got := find[*corev1.Service](t, objs, "Service", "pgbouncer").Spec.Ports[0].NodePort; got != PgBouncerNodePort {
		t.Errorf("node port %d", got)
	}
}

// What other files add by patches arrives, and takes nothing away.
func TestPatchesAreMerged(t *testing.T) {
	objs := fullManifests(t)
	config := find[*corev1.ConfigMap](t, objs, "ConfigMap", "prometheus").Data
	for _, key := range []string{"prometheus.yml", "scrape-postgres.yml", "scrape-pgbouncer.yml", "scrape-redis.yml"} {
		if config[key] == "" {
			t.Errorf("Prometheus's ConfigMap lacks %s", key)
		}
	}
	env := map[string]string{}
	c := find[*appsv1.Deployment](t, objs, "Deployment", BackendDeployment).Spec.Template.Spec.Containers[0]
	for _, e := range c.Env {
		env[e.Name] = e.Value
	}
	if env["PLATFORM_DB_URL"] == "" || c.Image == "" || c.ReadinessProbe == nil {
		t.Errorf("backend after the patch: %+v", c)
	}
	if _, ok := env["POD_NAME"]; !ok {
		t.Error("the patch took POD_NAME away")
	}
	if sql := find[*corev1.ConfigMap](t, objs, "ConfigMap", "postgres-schema").Data["schema.sql"]; !strings.Contains(sql, "CREATE MATERIALIZED VIEW") {
		t.Error("the schema is not in its ConfigMap")
	}
}

func TestPatchOfWhatIsNotThere(t *testing.T) {
	obj := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": "nobody", "namespace": "x", "annotations": map[string]any{patchMark: "true"}}}}
	_, err := merge([]*unstructured.Unstructured{obj})
	if err == nil || !strings.Contains(err.Error(), "patch ConfigMap x/nobody: no file of this level has that object") {
		t.Errorf("error %v", err)
	}
}

func TestImagesOfTheFullLevel(t *testing.T) {
	got, err := Images(Options{Level: LevelFull})
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{"docker.io/library/busybox:1.35.0", "ghcr.io/cloudnative-pg/postgresql:15.20", "ghcr.io/cloudnative-pg/cloudnative-pg:1.27.0",
		"docker.io/edoburu/pgbouncer:1.18.0", "docker.io/oliver006/redis_exporter:v1.45.0", "docker.io/library/redis:7.0.15"} {
		if !strings.Contains(all, want) {
			t.Errorf("images lack %s:\n%s", want, all)
		}
	}
}

// At the full level every password is drawn, and none is in a file.
func TestSecretsHoldNoPassword(t *testing.T) {
	for _, obj := range fullManifests(t) {
		if obj.GetKind() != "Secret" {
			continue
		}
		given, _, _ := unstructured.NestedStringMap(obj.Object, "stringData")
		if given["password"] != "" || obj.Object["data"] != nil {
			t.Errorf("%s holds a password", describe(obj))
		}
	}
}
