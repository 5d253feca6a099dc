package proof

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// Access is how checks reach the cluster.
type Access struct {
	Kube    kubernetes.Interface
	Dynamic dynamic.Interface
	REST    *rest.Config
	// Namespace is where the platform runs.
	Namespace string
	// Prometheus is its base URL as seen from here.
	Prometheus string
	// Redis and PgBouncer are host:port as seen from here. The further nodes of
	// the Redis cluster listen on the ports that follow Redis's.
	Redis, PgBouncer string
	// Queue is the Redis list of jobs.
	Queue string
	// Ingress, Edge and EdgePlain are host:port as seen from here, of the ingress
	// over TLS and of the edge cache with and without TLS.
	Ingress, Edge, EdgePlain string
	// CAFile holds the certificate of the authority that signed theirs.
	CAFile string
}

// Connect makes an Access to the cluster of cfg with the addresses that
// kind-config.yaml gives the stack on this machine. It calls nothing yet.
func Connect(cfg *rest.Config, namespace string) (*Access, error) {
	cfg = rest.CopyConfig(cfg)
	cfg.QPS, cfg.Burst = 100, 200 // all checks run at once
	cfg.Timeout = 0               // each check's context bounds it, and streams stay open
	kube, err := kubernetes.NewForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("make client for %s: %w", cfg.Host, err)
	}
	dyn, err := dynamic.NewForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("make dynamic client for %s: %w", cfg.Host, err)
	}
	return &Access{Kube: kube, Dynamic: dyn, REST: cfg, Namespace: namespace,
		Prometheus: "http://127.0.0.1:9090", Redis: "127.0.0.1:6379", PgBouncer: "127.0.0.1:6432", Queue: "default",
		Ingress: "127.0.0.1:443", Edge: "127.0.0.1:8443", EdgePlain: "127.0.0.1:8081"}, nil
}

// apiGet reads a path of the API server into a value: aggregated APIs have no
// client of their own.
func (a *Access) apiGet(ctx context.Context, path string, query url.Values, into any) error {
	req := a.Kube.Discovery().RESTClient().Get().AbsPath(path)
	for key, values := range query {
		for _, v := range values {
			req = req.Param(key, v)
		}
	}
	body, err := req.DoRaw(ctx)
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("decode %s: %w", path, err)
	}
	return nil
}

// prometheusGet reads a path of Prometheus's API, whose data goes into a value.
func (a *Access) prometheusGet(ctx context.Context, path string, query url.Values, into any) (err error) {
	address := a.Prometheus + path + "?" + query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("ask Prometheus: %w", err)
	}
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask Prometheus: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 32<<20))
	if err != nil {
		return fmt.Errorf("read Prometheus's answer to %s: %w", path, err)
	}
	var answer struct {
		Status, Error string
		Data          json.RawMessage
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return fmt.Errorf("decode Prometheus's answer to %s (HTTP %d): %w", path, resp.StatusCode, err)
	}
	if answer.Status != "success" {
		return fmt.Errorf("ask Prometheus for %s: %s", path, answer.Error)
	}
	return json.Unmarshal(answer.Data, into)
}
