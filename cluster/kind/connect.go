package kind

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/artisan-platform/headroom/runner/progress"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
)

// conflistPath is where the container runtime of a node looks for the
// configuration of pod networks.
const conflistPath = "/etc/cni/net.d/10-headroom.conflist"

// connectNodes does what kindnet does where its image cannot be had: on each
// node a point-to-point link per pod, addresses out of the node's pod range,
// and a route to the pods of every other node. The nodes share one bridge, so
// that nothing more is needed.
func (c *Cluster) connectNodes(ctx context.Context, client kubernetes.Interface, want int) error {
	return progress.Do(c.reporter, "connect the nodes' pod networks", func(progress.Step) error {
		nodes, err := c.listNodes(ctx, client, want)
		if err != nil {
			return err
		}
		group, ctx := errgroup.WithContext(ctx)
		for _, node := range nodes {
			group.Go(func() error {
				script, err := connectScript(node, nodes)
				if err != nil {
					return err
				}
				if _, err := inNode(ctx, node.Name, script); err != nil {
					return fmt.Errorf("connect node %s: %w", node.Name, err)
				}
				return nil
			})
		}
		return group.Wait()
	})
}

// connectScript sets up one node. It may run any number of times.
func connectScript(node corev1.Node, all []corev1.Node) (string, error) {
	list, err := conflist(node.Spec.PodCIDR)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, other := range all {
		if other.Name != node.Name {
			fmt.Fprintf(&b, "ip route replace %s via %s\n", other.Spec.PodCIDR, internalIP(other))
		}
	}
	fmt.Fprintf(&b, "mkdir -p /etc/cni/net.d\ncat >%[1]s.new <<'END'\n%[2]s\nEND\nmv %[1]s.new %[1]s\n", conflistPath, list)
	return b.String(), nil
}

// conflist is the CNI configuration of a node whose pods have addresses
// within podCIDR.
func conflist(podCIDR string) (string, error) {
	type m = map[string]any
	text, err := json.MarshalIndent(m{
		"cniVersion": "0.3.1",
		"name":       "headroom",
		"plugins": []m{
			{
				"type": "ptp", "ipMasq": false,
				"ipam": m{
					"type":    "host-local",
					"dataDir": "/run/cni-ipam-state", // goes with the pods when the node restarts
					"ranges":  [][]m{{{"subnet": podCIDR}}},
					"routes":  []m{{"dst": "0.0.0.0/0"}},
				},
			},
			{"type": "portmap", "capabilities": m{"portMappings": true}},
		},
	}, "", "  ")
	if err != nil {
		return "", fmt.Errorf("write the CNI configuration: %w", err)
	}
	return string(text), nil
}
