package image

import (
	"strings"
	"time"
)

// Versions of what is built. The tags of etcd, CoreDNS and the sandbox image
// are those that this kubeadm and this kind ask for.
const (
	kubernetesVersion = "v1.36.3"
	stagingVersion    = "v0.36.3" // k8s.io/api and its siblings of that release
	kindVersion       = "v0.33.0"
	containerdVersion = "v2.3.4"
	cniVersion        = "v1.9.1"
	etcdVersion       = "v3.6.8"
	coreDNSVersion    = "v1.14.2"
	sandboxVersion    = "3.10"
)

// components are the Go builds that more than one image may take programs from.
type components struct {
	kubernetes, containerd, etcd, coreDNS              *GoBuild
	metricsServer, kubeStateMetrics, prometheusAdapter *GoBuild
	prometheus                                         *GoBuild
}

func newComponents() components {
	c := components{
		kubernetes:        kubernetesBuild(),
		containerd:        containerdBuild(),
		etcd:              simpleBuild("etcd", "go.etcd.io/etcd/server/v3", etcdVersion, "", 27*second),
		coreDNS:           simpleBuild("coredns", "github.com/coredns/coredns", coreDNSVersion, "", 100*second),
		metricsServer:     simpleBuild("metrics-server", "sigs.k8s.io/metrics-server", "v0.9.0", "/cmd/metrics-server", 140*second),
		kubeStateMetrics:  simpleBuild("kube-state-metrics", "k8s.io/kube-state-metrics/v2", "v2.15.0", "", 95*second),
		prometheusAdapter: simpleBuild("prometheus-adapter", "sigs.k8s.io/prometheus-adapter", "v0.12.0", "/cmd/adapter", 110*second),
		prometheus:        prometheusBuild(),
	}
	c.metricsServer.Vars = map[string]string{"k8s.io/client-go/pkg/version.gitVersion": c.metricsServer.Version}
	c.kubeStateMetrics.Vars = map[string]string{"github.com/prometheus/common/version.Version": c.kubeStateMetrics.Version}
	return c
}

// simpleBuild is one command of one module; most components are no more.
func simpleBuild(name, module, version, dir string, expected time.Duration) *GoBuild {
	return &GoBuild{Name: name, Module: module, Version: version, Packages: []string{module + dir}, Expected: expected}
}

// prometheusBuild takes of the service discoveries only the one that the stack
// uses: all of them together are most of the program.
func prometheusBuild() *GoBuild {
	b := simpleBuild("prometheus", "github.com/prometheus/prometheus", "v0.314.0", "/cmd/prometheus", 200*second)
	b.Tags = []string{"remove_all_sd", "enable_kubernetes_sd"}
	b.Vars = map[string]string{"github.com/prometheus/common/version.Version": "3.14.0"}
	return b
}

func kubernetesBuild() *GoBuild {
	b := &GoBuild{
		Name: "kubernetes", Module: "k8s.io/kubernetes", Version: kubernetesVersion, Staging: stagingVersion,
		// kubeadm and kubelet must say which release they are.
		Vars:     kubernetesVersionVars("k8s.io/component-base/version"),
		Expected: 322 * second,
	}
	for _, cmd := range []string{"kubeadm", "kubelet", "kubectl", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"} {
		b.Packages = append(b.Packages, "k8s.io/kubernetes/cmd/"+cmd)
	}
	return b
}

// kubernetesVersionVars are the link-time variables of a Kubernetes release.
// The commit and the date are left at fixed values: the same recipe gives the
// same bytes.
func kubernetesVersionVars(pkg string) map[string]string {
	parts := strings.Split(strings.TrimPrefix(kubernetesVersion, "v"), ".")
	return map[string]string{
		pkg + ".gitVersion":   kubernetesVersion,
		pkg + ".gitMajor":     parts[0],
		pkg + ".gitMinor":     parts[1],
		pkg + ".gitTreeState": "clean",
		pkg + ".gitCommit":    "unknown",
		pkg + ".buildDate":    "1970-01-01T00:00:00Z",
	}
}

// containerdBuild is the container runtime and the CNI plugins that kind's
// network uses.
func containerdBuild() *GoBuild {
	const module = "github.com/containerd/containerd/v2"
	const plugins = "github.com/containernetworking/plugins"
	return &GoBuild{
		Name: "containerd", Module: module, Version: containerdVersion,
		With: []Module{{plugins, cniVersion}},
		Packages: []string{
			module + "/cmd/containerd", module + "/cmd/containerd-shim-runc-v2", module + "/cmd/ctr",
			plugins + "/plugins/ipam/host-local", plugins + "/plugins/main/loopback",
			plugins + "/plugins/main/ptp", plugins + "/plugins/meta/portmap",
		},
		Tags:     []string{"no_aufs", "no_zfs", "no_btrfs", "no_devmapper"},
		Vars:     map[string]string{module + "/version.Version": containerdVersion},
		Expected: 44 * second,
	}
}
