package kind

import (
	"os"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
	"sigs.k8s.io/yaml"
)

const plain = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
- role: control-plane
  extraPortMappings:
  - {listenAddress: 127.0.0.1, hostPort: 8000, containerPort: 30080}
  - {listenAddress: 127.0.0.1, containerPort: 30081}
- role: worker
  labels: {node-type: general-purpose}
`

// patchesOf is what adapt adds for a host to the plain configuration.
type patchesOf struct {
	kubelet    string // the kubeadm patch
	containerd int    // number of patches
	ownCNI     bool
}

func TestAdapt(t *testing.T) {
	const head = "apiVersion: kubelet.config.k8s.io/v1beta1\n"
	const kind = "kind: KubeletConfiguration\n"
	for _, tc := range []struct {
		name string
		host HostTraits
		want patchesOf
	}{
		{"ordinary host", HostTraits{}, patchesOf{}},
		{"cgroup v1", HostTraits{CgroupV1: true}, patchesOf{kubelet: head + "failCgroupV1: false\n" + kind}},
		{"no CAP_SYS_RESOURCE", HostTraits{LacksSysResource: true},
			patchesOf{kubelet: head + "featureGates:\n  KubeletInUserNamespace: true\n" + kind + "oomScoreAdj: 0\n", containerd: 2}},
		{"no CNI image", HostTraits{NoCNIImage: true}, patchesOf{ownCNI: true}},
		{"all at once", HostTraits{true, true, true},
			patchesOf{head + "failCgroupV1: false\nfeatureGates:\n  KubeletInUserNamespace: true\n" + kind + "oomScoreAdj: 0\n", 2, true}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			config := mustDecode(t, plain)
			if err := adapt(config, tc.host, "/state/mark"); err != nil {
				t.Fatal(err)
			}
			got := patchesOf{strings.Join(config.KubeadmConfigPatches, "---\n"), len(config.ContainerdConfigPatches), config.Networking.DisableDefaultCNI}
			if got != tc.want {
				t.Errorf("got %+v\nwant %+v", got, tc.want)
			}
			for _, node := range config.Nodes {
				want := []v1alpha4.Mount{{HostPath: "/state/mark", ContainerPath: markPath, Readonly: true}}
				if !slices.Equal(node.ExtraMounts, want) {
					t.Errorf("%s mounts %+v, want %+v", node.Role, node.ExtraMounts, want)
				}
			}
		})
	}
}

// What the user wrote stays: patches are added behind theirs.
func TestAdaptKeepsTheUsersOwn(t *testing.T) {
	config := mustDecode(t, plain+"kubeadmConfigPatches: [mine]\ncontainerdConfigPatches: [mine too]\n")
	before := mustDecode(t, plain)
	if err := adapt(config, HostTraits{true, true, true}, "/m"); err != nil {
		t.Fatal(err)
	}
	if config.KubeadmConfigPatches[0] != "mine" || config.ContainerdConfigPatches[0] != "mine too" {
		t.Errorf("the user's patches are not first: %q, %q", config.KubeadmConfigPatches, config.ContainerdConfigPatches)
	}
	for i := range config.Nodes {
		config.Nodes[i].ExtraMounts = nil
	}
	if got, want := toYAML(t, config.Nodes), toYAML(t, before.Nodes); got != want {
		t.Errorf("nodes changed:\n%s\nwant\n%s", got, want)
	}
}

func TestAdaptRefusesWhatItCannotDo(t *testing.T) {
	for name, tc := range map[string]struct{ config, want string }{
		"IPv6 without a CNI image": {plain + "networking: {ipFamily: dual}\n", "only ipFamily ipv4"},
		"a mount over the mark":    {strings.Replace(plain, "- role: worker", "- role: worker\n  extraMounts: [{hostPath: /x, containerPath: "+markPath+"}]", 1), markPath},
	} {
		err := adapt(mustDecode(t, tc.config), HostTraits{NoCNIImage: true}, "/m")
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, tc.want)
		}
	}
}

func TestDecodeConfigRefusesWhatKindWould(t *testing.T) {
	for name, tc := range map[string]struct{ config, want string }{
		"unknown field": {plain + "nodez: []\n", "nodez"},
		"other version": {strings.Replace(plain, "v1alpha4", "v1alpha3", 1), "v1alpha3"},
		"other kind":    {strings.Replace(plain, "kind: Cluster", "kind: Pod", 1), "Pod"},
		"empty":         {"", "want kind Cluster"},
		"no YAML":       {"\t", "parse the kind configuration"},
	} {
		if _, err := decodeConfig([]byte(tc.config)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, tc.want)
		}
	}
}

func TestDigestTellsClustersApart(t *testing.T) {
	base := mustDigest(t, mustDecode(t, plain), "image:1")
	if again := mustDigest(t, mustDecode(t, plain), "image:1"); again != base {
		t.Error("the same cluster has two digests")
	}
	changed := mustDecode(t, plain)
	changed.Nodes[0].ExtraPortMappings[0].HostPort++
	for name, other := range map[string]string{
		"node image": mustDigest(t, mustDecode(t, plain), "image:2"),
		"port":       mustDigest(t, changed, "image:1"),
	} {
		if other == base {
			t.Errorf("another %s has the same digest", name)
		}
	}
}

// The file at the root is what `headroom up` uses without --config.
func TestKindConfigOfTheRoot(t *testing.T) {
	raw, err := os.ReadFile("../../kind-config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	ports, err := Ports(raw)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"127.0.0.1:8000", "127.0.0.1:443", "127.0.0.1:8443", "127.0.0.1:8081", "127.0.0.1:8080", "127.0.0.1:9090",
		"127.0.0.1:6379", "127.0.0.1:6380", "127.0.0.1:6381", "127.0.0.1:6382", "127.0.0.1:6383", "127.0.0.1:6384", "127.0.0.1:6432"}; !slices.Equal(ports, want) {
		t.Errorf("ports %v, want %v", ports, want)
	}
	groups := map[string]int{}
	for _, node := range mustDecode(t, string(raw)).Nodes {
		groups[string(node.Role)+" "+node.Labels["node-type"]]++
	}
	if groups["control-plane "] != 1 || groups["worker general-purpose"] != 3 || groups["worker memory-optimized"] != 2 || len(groups) != 3 {
		t.Errorf("nodes %v", groups)
	}
}

func mustDecode(t *testing.T, raw string) *v1alpha4.Cluster {
	t.Helper()
	config, err := decodeConfig([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func mustDigest(t *testing.T, config *v1alpha4.Cluster, image string) string {
	t.Helper()
	sum, err := digest(config, image)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func toYAML(t *testing.T, v any) string {
	t.Helper()
	text, err := yaml.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
