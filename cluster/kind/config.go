package kind

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"

	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"
	"sigs.k8s.io/yaml"
)

// configVersion is the one kind configuration version there is.
const configVersion = "kind.x-k8s.io/v1alpha4"

// HostTraits are the host's peculiarities that the nodes are configured for.
// The zero value is an ordinary host: the configuration stays as it is written.
type HostTraits struct {
	CgroupV1         bool // the kubelet must be told to accept cgroup v1
	LacksSysResource bool // CAP_SYS_RESOURCE is withheld: no OOM score may be lowered
	NoCNIImage       bool // kindnet's image cannot be had: pods are connected without it
}

// decodeConfig reads a kind configuration. A field that kind does not know is
// an error, as it is to kind itself.
func decodeConfig(raw []byte) (*v1alpha4.Cluster, error) {
	var config v1alpha4.Cluster
	if err := yaml.UnmarshalStrict(raw, &config); err != nil {
		return nil, fmt.Errorf("parse the kind configuration: %w", err)
	}
	if config.Kind != "Cluster" || config.APIVersion != configVersion {
		return nil, fmt.Errorf("parse the kind configuration: want kind Cluster of %s, found %q of %q", configVersion, config.Kind, config.APIVersion)
	}
	v1alpha4.SetDefaultsCluster(&config)
	return &config, nil
}

// Ports lists the host's addresses (host:port) on which a cluster of this
// configuration is going to listen, in the order of the file.
func Ports(raw []byte) ([]string, error) {
	config, err := decodeConfig(raw)
	if err != nil {
		return nil, err
	}
	return hostPorts(config), nil
}

// Port is a port of a node that is published on the host.
type Port struct {
	Address  string // on the host, host:port
	NodePort int32
}

// Published lists the ports that a cluster of this configuration publishes, in
// the order of the file.
func Published(raw []byte) ([]Port, error) {
	config, err := decodeConfig(raw)
	if err != nil {
		return nil, err
	}
	return published(config), nil
}

func published(config *v1alpha4.Cluster) []Port {
	var ports []Port
	for _, node := range config.Nodes {
		for _, p := range node.ExtraPortMappings {
			if p.HostPort > 0 { // otherwise kind chooses a free one
				ports = append(ports, Port{net.JoinHostPort(p.ListenAddress, strconv.Itoa(int(p.HostPort))), p.ContainerPort})
			}
		}
	}
	return ports
}

func hostPorts(config *v1alpha4.Cluster) []string {
	var addresses []string
	for _, p := range published(config) {
		addresses = append(addresses, p.Address)
	}
	return addresses
}

// The containerd configuration of a node image is of version 2 or 3; kind
// skips the patch of the other version.
var restrictOOMScore = []string{
	`version = 2
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
`,
	`version = 3
[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true
`,
}

// adapt adds to a configuration what the host needs, and to every node the
// mark at markFile by which Headroom knows its own.
func adapt(config *v1alpha4.Cluster, traits HostTraits, markFile string) error {
	kubelet := map[string]any{}
	if traits.CgroupV1 {
		kubelet["failCgroupV1"] = false
	}
	if traits.LacksSysResource {
		kubelet["oomScoreAdj"] = 0
		kubelet["featureGates"] = map[string]bool{"KubeletInUserNamespace": true}
		config.ContainerdConfigPatches = append(config.ContainerdConfigPatches, restrictOOMScore...)
	}
	if len(kubelet) > 0 {
		kubelet["apiVersion"], kubelet["kind"] = "kubelet.config.k8s.io/v1beta1", "KubeletConfiguration"
		patch, err := yaml.Marshal(kubelet)
		if err != nil {
			return fmt.Errorf("write the kubelet's patch: %w", err)
		}
		config.KubeadmConfigPatches = append(config.KubeadmConfigPatches, string(patch))
	}
	if traits.NoCNIImage {
		if config.Networking.IPFamily != v1alpha4.IPv4Family {
			return fmt.Errorf("adapt the kind configuration: without a CNI image only ipFamily ipv4 can be had, not %s", config.Networking.IPFamily)
		}
		config.Networking.DisableDefaultCNI = true
	}
	for i := range config.Nodes {
		node := &config.Nodes[i]
		for _, m := range node.ExtraMounts {
			if m.ContainerPath == markPath {
				return errors.New("adapt the kind configuration: " + markPath + " is Headroom's own: mount elsewhere")
			}
		}
		node.ExtraMounts = append(node.ExtraMounts, v1alpha4.Mount{HostPath: markFile, ContainerPath: markPath, Readonly: true})
	}
	return nil
}

// digest identifies what a cluster was created from, so that one made from
// something else is not taken for it.
func digest(config *v1alpha4.Cluster, nodeImage string) (string, error) {
	text, err := json.Marshal(config)
	if err != nil {
		return "", fmt.Errorf("digest the kind configuration: %w", err)
	}
	sum := sha256.Sum256(append(text, nodeImage...))
	return hex.EncodeToString(sum[:]), nil
}
