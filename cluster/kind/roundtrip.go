package kind

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// probeLabel marks the pods of the round-trip check.
const probeLabel = "headroom-round-trip"

// checkRoundTrips starts a pod on each node and waits until each of them
// reaches each other one, and the Service of the cluster's DNS.
func (c *Cluster) checkRoundTrips(ctx context.Context, client kubernetes.Interface, want int) (err error) {
	nodes, err := c.listNodes(ctx, client, want)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), apiWithin)
		defer cancel()
		err = errors.Join(err, deleteProbes(ctx, client))
	}()
	if err := await(ctx, c.reporter, "start a pod on each node", tripWithin, func(ctx context.Context) error {
		return startProbes(ctx, client, nodes)
	}); err != nil {
		return err
	}
	var pods []corev1.Pod
	if err := await(ctx, c.reporter, "wait for the pods to be ready", podsWithin, func(ctx context.Context) error {
		if pods, err = listProbes(ctx, client); err != nil {
			return err
		}
		if len(pods) != len(nodes) {
			return fmt.Errorf("%d pods of the check on %d nodes", len(pods), len(nodes))
		}
		return podsReady(ctx, client, pods)
	}); err != nil {
		return err
	}
	return await(ctx, c.reporter, "reach each pod and a service from each node", tripWithin, func(ctx context.Context) error {
		return reachAll(ctx, client, pods)
	})
}

// startProbes replaces the probes of an earlier check by one per node.
func startProbes(ctx context.Context, client kubernetes.Interface, nodes []corev1.Node) error {
	if err := deleteProbes(ctx, client); err != nil {
		return err
	}
	for _, node := range nodes {
		image := pauseImage(node)
		if image == "" {
			return fmt.Errorf("node %s has not reported the image of its pod sandboxes yet", node.Name)
		}
		if _, err := client.CoreV1().Pods(metav1.NamespaceDefault).Create(ctx, probePod(node.Name, image), metav1.CreateOptions{}); err != nil {
			return fmt.Errorf("start a pod on node %s: %w", node.Name, err)
		}
	}
	return nil
}

// pauseImage is the image of the pods' sandboxes, the one image that is in
// every node and only waits.
func pauseImage(node corev1.Node) string {
	for _, image := range node.Status.Images {
		for _, name := range image.Names {
			if strings.Contains(name, "/pause:") {
				return name
			}
		}
	}
	return ""
}

func probePod(node, image string) *corev1.Pod {
	var atOnce int64
	token := false
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{GenerateName: probeLabel + "-", Labels: map[string]string{probeLabel: "true"}},
		Spec: corev1.PodSpec{
			NodeName:                      node,
			AutomountServiceAccountToken:  &token,
			TerminationGracePeriodSeconds: &atOnce,
			Tolerations:                   []corev1.Toleration{{Operator: corev1.TolerationOpExists}},
			Containers:                    []corev1.Container{{Name: "pause", Image: image, ImagePullPolicy: corev1.PullNever}},
		},
	}
}

func listProbes(ctx context.Context, client kubernetes.Interface) ([]corev1.Pod, error) {
	list, err := client.CoreV1().Pods(metav1.NamespaceDefault).List(ctx, metav1.ListOptions{LabelSelector: probeLabel})
	if err != nil {
		return nil, fmt.Errorf("list the pods of the round-trip check: %w", err)
	}
	return slices.DeleteFunc(list.Items, func(p corev1.Pod) bool { return p.DeletionTimestamp != nil }), nil
}

func deleteProbes(ctx context.Context, client kubernetes.Interface) error {
	var atOnce int64
	err := client.CoreV1().Pods(metav1.NamespaceDefault).DeleteCollection(ctx,
		metav1.DeleteOptions{GracePeriodSeconds: &atOnce}, metav1.ListOptions{LabelSelector: probeLabel})
	if err != nil {
		return fmt.Errorf("delete the pods of the round-trip check: %w", err)
	}
	return nil
}

// reachAll goes from each pod to each other one and to the DNS Service.
func reachAll(ctx context.Context, client kubernetes.Interface, pods []corev1.Pod) error {
	dns, err := client.CoreV1().Services(metav1.NamespaceSystem).Get(ctx, "kube-dns", metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("look for the Service of the cluster's DNS: %w", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, from := range pods {
		group.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, time.Duration(len(pods)+1)*reachSeconds*time.Second+apiWithin)
			defer cancel()
			out, err := inNode(ctx, from.Spec.NodeName, reachScript(from, pods, dns.Spec.ClusterIP))
			if err != nil {
				return fmt.Errorf("go out from a pod on node %s: %w", from.Spec.NodeName, err)
			}
			if out = strings.TrimSpace(out); out != "" {
				return fmt.Errorf("from a pod on node %s: %s", from.Spec.NodeName, strings.ReplaceAll(out, "\n", "; "))
			}
			return nil
		})
	}
	return group.Wait()
}

// reachSeconds bounds one attempt to connect.
const reachSeconds = 3

// reachScript runs in a node, inside the network of the pod from, and prints
// a line per target that does not answer. Nothing listens in the other pods:
// the refusal that their own network stack sends back is the round trip.
func reachScript(from corev1.Pod, all []corev1.Pod, service string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `ns=
for f in /var/run/netns/*; do
  if nsenter --net="$f" ip -4 -o address show 2>/dev/null | grep -qF ' %s/'; then ns=$f; fi
done
if [ -z "$ns" ]; then echo "its network is not to be found"; exit 0; fi
reach() { # name, address, port, what a right answer matches
  local said status=0
  said=$(timeout %d nsenter --net="$ns" bash -c "exec 3<>/dev/tcp/$2/$3" 2>&1 </dev/null) || status=$?
  [[ $status != 124 ]] || said="no answer within %[2]d s"
  [[ $status == 0 || $said =~ $4 ]] || echo "$1: ${said##*: }"
}
`, from.Status.PodIP, reachSeconds)
	for _, to := range all {
		if to.Name != from.Name {
			fmt.Fprintf(&b, "reach 'pod on node %s' %s 9 refused\n", to.Spec.NodeName, to.Status.PodIP)
		}
	}
	fmt.Fprintf(&b, "reach 'Service of the DNS' %s 53 '^$'\n", service)
	return b.String()
}
