package artisan

import (
	"context"
	"fmt"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/observation"
)

// clusterObject is artisan.cluster({namespace}): an object with nodes() and
// pods(). It may be called in the init context; its methods may not.
func (m *Module) clusterObject(call sobek.FunctionCall) sobek.Value {
	namespace := m.options("cluster()", call.Argument(0), "namespace").text("namespace", "")
	open := func() named {
		n, err := m.named("pods", "pods", namespace, "")
		if err != nil {
			m.throw("cluster(): %v", err)
		}
		return n
	}
	if !m.vu.InInit() {
		open()
	}
	return m.object(
		field{"nodes", m.method("cluster().nodes()", func(sobek.FunctionCall) sobek.Value { return m.nodes(open()) })},
		field{"pods", m.method("cluster().pods()", func(call sobek.FunctionCall) sobek.Value { return m.pods(open(), call) })},
	)
}

// nodes is cluster().nodes(): a promise of how many nodes there are.
func (m *Module) nodes(n named) sobek.Value {
	type counts struct{ total, ready, unschedulable int }
	return promise(m, m.turns(), func(ctx context.Context) (c counts, err error) {
		w, err := m.ext.watch(n.cluster, n.namespace, observation.KindNode)
		if err == nil {
			err = w.ready(ctx, n.cluster)
		}
		if err != nil {
			return c, fmt.Errorf("cluster().nodes(): %w", err)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, x := range w.nodes {
			c.total++
			if x.Ready {
				c.ready++
			}
			if x.Unschedulable {
				c.unschedulable++
			}
		}
		return c, nil
	}, func(c counts) sobek.Value {
		return m.object(field{"total", c.total}, field{"ready", c.ready}, field{"unschedulable", c.unschedulable})
	})
}

// pods is cluster().pods({of}): a promise of how many pods there are, of one
// Deployment or of all.
func (m *Module) pods(n named, call sobek.FunctionCall) sobek.Value {
	owner := m.options("pods()", call.Argument(0), "of").text("of", "")
	type counts struct{ total, ready, pending, terminating int }
	return promise(m, m.turns(), func(ctx context.Context) (c counts, err error) {
		w, err := m.ext.watch(n.cluster, n.namespace, observation.KindPod)
		if err == nil {
			err = w.ready(ctx, n.cluster)
		}
		if err != nil {
			return c, fmt.Errorf("cluster().pods(): %w", err)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, p := range w.pods {
			switch {
			case owner != "" && p.Owner != owner:
				continue
			case p.Terminated != nil:
				c.terminating++
			case p.Ready:
				c.ready++
			case p.Phase == "Pending":
				c.pending++
			}
			c.total++
		}
		return c, nil
	}, func(c counts) sobek.Value {
		return m.object(field{"total", c.total}, field{"ready", c.ready}, field{"pending", c.pending}, field{"terminating", c.terminating})
	})
}
