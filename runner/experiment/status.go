package experiment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/artisan-platform/headroom/cluster/kind"
	"github.com/artisan-platform/headroom/cluster/proof"
	"github.com/artisan-platform/headroom/cluster/stack"
	"github.com/artisan-platform/headroom/runner/progress"
)

// Health is what Status found.
type Health struct {
	Cluster string         `json:"cluster"`
	Level   stack.Level    `json:"level"`
	Healthy bool           `json:"healthy"`
	Results []proof.Result `json:"results"`
}

// Err is nil for a healthy stack; otherwise it says what is red.
func (h Health) Err() error { return infra("check the stack", proof.Err(h.Results)) }

// Status proves each part of the stack of a cluster by using it, once.
func Status(ctx context.Context, cluster string) (Health, error) {
	c, err := kind.Find(ctx, kind.Options{Name: cluster})
	if err != nil {
		return Health{}, infra("find the cluster", err)
	}
	cfg, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	if err != nil {
		return Health{}, infra("load the cluster's kubeconfig", err)
	}
	s, err := stack.New(cfg, stack.Options{})
	if err != nil {
		return Health{}, infra("connect to the cluster", err)
	}
	level, err := s.Installed(ctx)
	if errors.Is(err, stack.ErrNotInstalled) {
		err = fmt.Errorf("%w in cluster %s: install it with headroom up", err, cluster)
	}
	if err != nil {
		return Health{}, infra("look at the stack", err)
	}
	checks, err := checksOf(cfg, c.CA(), level)
	if err != nil {
		return Health{}, err
	}
	results := proof.Run(ctx, checks)
	if err := context.Cause(ctx); err != nil {
		return Health{}, fmt.Errorf("check the stack: %w", err)
	}
	return Health{Cluster: cluster, Level: level, Healthy: proof.Green(results), Results: results}, nil
}

func checksOf(cfg *rest.Config, caFile string, level stack.Level) ([]proof.Check, error) {
	access, err := proof.Connect(cfg, stack.Namespace)
	if err != nil {
		return nil, infra("connect to the cluster", err)
	}
	access.CAFile = caFile
	return proof.Checks(string(level), access), nil
}

// proveTimeout bounds the wait for the proofs of a stack whose pods are ready.
// The slowest is a recommendation, which takes a minute.
const proveTimeout = 3 * time.Minute

// prove repeats the checks until each has been seen ready.
func (e *Env) prove(ctx context.Context) error {
	return progress.Do(e.reporter, "prove each part by using it", func(step progress.Step) error {
		checks, err := checksOf(e.REST, e.CA, e.level)
		if err != nil {
			return err
		}
		within, cancel := context.WithTimeout(ctx, proveTimeout)
		defer cancel()
		err = proof.Err(proof.Await(within, checks, step.Update))
		if cause := context.Cause(ctx); err != nil && cause != nil {
			return fmt.Errorf("check the stack: %w", cause)
		}
		return infra("check the stack", err)
	})
}
