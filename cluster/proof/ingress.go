package proof

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// apiName is where the guide's own load test goes.
const apiName = "api.artisan-platform.com"

const traefikLogs = "look at the ingress controller: kubectl -n traefik logs deployment/traefik, and kubectl -n artisan-platform describe ingress"

func (a *Access) ingress() front {
	return front{scheme: "https", name: apiName, address: a.Ingress, caFile: a.CAFile}
}

// ingressChecks come in as the guide's script does, and hold the ingress to the
// documented limit of a request's body.
func ingressChecks(a *Access) []Check {
	return []Check{
		{Component: "ingress", Name: "https://" + apiName + "/health answers, with a certificate for that name", Run: a.ingressAnswers},
		{Component: "ingress", Name: "a body of more than 10 MiB is refused", Timeout: 20 * time.Second, Run: a.bodyLimited},
	}
}

func (a *Access) ingressAnswers(ctx context.Context) (string, error) {
	f := a.ingress()
	got, err := f.get(ctx, "/health", nil)
	if err != nil {
		return "", f.blame(err, "artisan-platform/artisan-platform-tls", traefikLogs)
	}
	if got.status != http.StatusOK {
		return "", Failed(traefikLogs, "/health is answered with %d, want 200", got.status)
	}
	return fmt.Sprintf("%d over %s, certificate for %s until %s", got.status, tls.VersionName(got.tls.Version), apiName,
		got.tls.PeerCertificates[0].NotAfter.Format(time.DateOnly)), nil
}

// bodyLimit is the guide's proxy-body-size, in bytes.
const bodyLimit = 10 << 20

func (a *Access) bodyLimited(ctx context.Context) (string, error) {
	f := a.ingress()
	const advice = "the limit is annotation nginx.ingress.kubernetes.io/proxy-body-size of Ingress artisan-platform-ingress; headroom up puts the documented 10m back"
	for _, size := range []int{bodyLimit, bodyLimit + 1} {
		got, err := f.do(ctx, http.MethodPost, "/health", http.Header{"Expect": {"100-continue"}}, bytes.NewReader(make([]byte, size)))
		if err != nil {
			return "", f.blame(err, "artisan-platform/artisan-platform-tls", traefikLogs)
		}
		if refused := got.status == http.StatusRequestEntityTooLarge; refused != (size > bodyLimit) {
			return "", Failed(advice, "a body of %d bytes is answered with %d", size, got.status)
		}
	}
	return "10 MiB pass, a byte more is refused (413)", nil
}

// loadBalancerService is the documented one.
const loadBalancerService = "artisan-platform-backend-nlb"

func loadBalancerChecks(a *Access) []Check {
	return []Check{{Component: "load balancer", Name: "its address answers on port 80", Run: a.loadBalancerAnswers}}
}

func (a *Access) loadBalancerAnswers(ctx context.Context) (string, error) {
	service, err := a.Kube.CoreV1().Services(a.Namespace).Get(ctx, loadBalancerService, metav1.GetOptions{})
	if err != nil {
		return "", Failed("install the stack again: headroom up --stack full", "read the load balancer's Service: %w", err)
	}
	ip := addressOf(service)
	if ip == "" {
		return "", Failed("look at who gives it one: kubectl -n metallb-system logs deployment/metallb-controller, and kubectl -n metallb-system get ipaddresspools -o yaml",
			"Service %s has no address", loadBalancerService)
	}
	f := front{scheme: "http", name: ip, address: net.JoinHostPort(ip, "80")}
	got, err := f.get(ctx, "/health", nil)
	if err != nil {
		return "", Failed("look at who answers for the address: kubectl -n metallb-system logs daemonset/metallb-speaker; it can be reached where this machine is on the nodes' network", "%w", err)
	}
	if got.status != http.StatusOK {
		return "", Failed("look at the backends: kubectl -n artisan-platform get pods -l app=artisan-platform-backend", "http://%s/health is answered with %d, want 200", ip, got.status)
	}
	return fmt.Sprintf("%d at %s", got.status, ip), nil
}

func addressOf(service *corev1.Service) string {
	for _, in := range service.Status.LoadBalancer.Ingress {
		if in.IP != "" {
			return in.IP
		}
	}
	return ""
}
