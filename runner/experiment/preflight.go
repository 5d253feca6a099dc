package experiment

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/artisan-platform/headroom/cluster/kind"
	"github.com/artisan-platform/headroom/cluster/stack"
	"github.com/artisan-platform/headroom/runner/progress"
)

// preflightTimeout bounds the wait for one address to answer.
const preflightTimeout = 20 * time.Second

// preflight makes sure that the way which the load is going to take works: the
// ports on this machine that lead to the stack take connections, and each
// attack's target answers something. A stack that is healthy inside a cluster
// that can't be reached would otherwise be judged as failing.
func preflight(ctx context.Context, cfg Config, config []byte) error {
	return progress.Do(cfg.Reporter, "reach the platform from this machine", func(s progress.Step) error {
		addresses, err := served(cfg, config)
		if err != nil {
			return err
		}
		for _, address := range addresses {
			s.Update(address)
			if err := until(ctx, func(ctx context.Context) error { return dial(ctx, address) }); err != nil {
				return infra("reach the cluster's port "+address, fmt.Errorf("%w; make the cluster anew: headroom down", err))
			}
		}
		for _, l := range cfg.Plan.Loads {
			if l.Vegeta == nil {
				continue
			}
			s.Update(l.Vegeta.URL)
			err := until(ctx, func(ctx context.Context) error { return get(ctx, l.Vegeta.Method, l.Vegeta.URL) })
			if err != nil {
				return infra(fmt.Sprintf("reach the target of load %q", l.Name), err)
			}
		}
		return nil
	})
}

// served lists the published addresses behind which the plan's stack listens.
// The cluster publishes those of the full stack at every level.
func served(cfg Config, config []byte) ([]string, error) {
	published, err := kind.Published(config)
	if err != nil {
		return nil, infra("read the kind configuration", err)
	}
	ports, err := stack.NodePorts(stackOptions(cfg.Plan.Stack, progress.Discard))
	if err != nil {
		return nil, infra("list the stack's ports", err)
	}
	var out []string
	for _, p := range published {
		if slices.Contains(ports, p.NodePort) {
			out = append(out, p.Address)
		}
	}
	return out, nil
}

// until tries until it succeeds, and returns the last error if it never does.
func until(ctx context.Context, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, preflightTimeout)
	defer cancel()
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		if sleep(ctx, time.Second) != nil {
			return fmt.Errorf("no answer within %v: %w", preflightTimeout, err)
		}
	}
}

func dial(ctx context.Context, address string) error {
	c, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return c.Close()
}

// get asks once. Any answer will do: what it is worth is the judge's business.
func get(ctx context.Context, method, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if method != http.MethodGet && method != http.MethodHead {
		method = http.MethodHead // nothing may change before the run
	}
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20)); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	return res.Body.Close()
}
