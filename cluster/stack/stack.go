// Package stack installs the documented stack into a cluster: the metrics
// pipeline (metrics-server, Prometheus, kube-state-metrics, prometheus-adapter),
// the queue's Redis, the three Deployments of the platform and their HPAs with
// exactly the guide's numbers; at the full level also the rest of what the guide
// documents (manifests/full). It waits until the HPAs can act, and brings a used
// stack back to a known base line.
package stack

import (
	"fmt"
	"time"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
)

// Namespace is where the platform runs, as the guide has it.
const Namespace = "artisan-platform"

// The Deployments that the guide names.
const (
	BackendDeployment  = "artisan-platform-backend"
	FrontendDeployment = "artisan-platform-frontend"
	WorkerDeployment   = "queue-worker"
)

// The ports on each node that answer for a Service. kind-config.yaml maps them
// to 127.0.0.1. Each node of the Redis cluster has one, from RedisNodePort on.
const (
	BackendNodePort    = 30080
	FrontendNodePort   = 30081
	PrometheusNodePort = 30090
	RedisNodePort      = 30379
	PgBouncerNodePort  = 30432
)

// Stack is the documented stack on one cluster. Its methods are not meant to
// run side by side.
type Stack struct {
	opts   Options
	rest   *rest.Config
	client kubernetes.Interface
	dyn    dynamic.Interface
	mapper *restmapper.DeferredDiscoveryRESTMapper
}

// Open connects to the cluster of a kubeconfig file's current context.
func Open(kubeconfig string, opts Options) (*Stack, error) {
	cfg, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("load kubeconfig %s: %w", kubeconfig, err)
	}
	return New(cfg, opts)
}

// New connects to the cluster of cfg. It checks opts but calls nothing yet.
func New(cfg *rest.Config, opts Options) (*Stack, error) {
	opts = opts.withDefaults()
	if err := opts.validate(); err != nil {
		return nil, err
	}
	cfg = rest.CopyConfig(cfg)
	cfg.QPS, cfg.Burst = 100, 200 // the default of 5 a second makes the waits queue up
	cfg.Timeout = 30 * time.Second
	client, err := kubernetes.NewForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("make client for %s: %w", cfg.Host, err)
	}
	dyn, err := dynamic.NewForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("make dynamic client for %s: %w", cfg.Host, err)
	}
	disc, err := discovery.NewDiscoveryClientForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("make discovery client for %s: %w", cfg.Host, err)
	}
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(disc))
	return &Stack{opts: opts, rest: cfg, client: client, dyn: dyn, mapper: mapper}, nil
}
