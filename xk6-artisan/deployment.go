package artisan

import (
	"context"
	"fmt"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/observation"
)

// workload is one Deployment that a script looks at.
type workload struct {
	m *Module
	named
}

// deployment is artisan.deployment(name, {namespace}): an object with status(),
// ready() and scale(). It may be called in the init context; its methods may
// not.
func (m *Module) deployment(call sobek.FunctionCall) sobek.Value {
	name := m.objectName("deployment", call.Argument(0))
	namespace := m.options("deployment()", call.Argument(1), "namespace").text("namespace", "")
	open := func() *workload {
		n, err := m.named("deployments", "Deployment", namespace, name)
		if err != nil {
			m.throw("deployment(%q): %v", name, err)
		}
		return &workload{m, n}
	}
	if !m.vu.InInit() {
		open()
	}
	return m.object(
		field{"name", name},
		field{"status", m.method("deployment().status()", func(sobek.FunctionCall) sobek.Value { return open().status() })},
		field{"ready", m.method("deployment().ready()", func(sobek.FunctionCall) sobek.Value { return open().ready() })},
		field{"scale", m.method("deployment().scale()", func(call sobek.FunctionCall) sobek.Value { return open().scaleTo(call) })},
	)
}

// watchDeployment returns what is observed of the Deployments, once the one that
// is meant is in it.
func (n named) watchDeployment(ctx context.Context, e *Extension) (watched, error) {
	w, err := e.watch(n.cluster, n.namespace, observation.KindDeployment)
	if err != nil {
		return w, err
	}
	if err := n.exists(ctx); err != nil {
		return w, err
	}
	if err := w.ready(ctx, n.cluster); err != nil {
		return w, err
	}
	return w, until(ctx, w.scene, w.scene, time.Now().Add(syncTimeout), func() bool { return len(w.deployment(n.name)) > 0 })
}

// deployments is watchDeployment for the target of an HPA.
func (a *autoscaler) deployments(ctx context.Context, target string) (watched, error) {
	n := a.named
	n.kind, n.resource, n.name = "Deployment", "deployments", target
	return n.watchDeployment(ctx, a.m.ext)
}

func (w *workload) now(ctx context.Context) (observation.Deployment, error) {
	s, err := w.watchDeployment(ctx, w.m.ext)
	if err != nil {
		return observation.Deployment{}, err
	}
	d, _ := s.deployment(w.name).last()
	return d, nil
}

// status is deployment().status(): a promise of its replica counts.
func (w *workload) status() sobek.Value {
	return promise(w.m, w.m.turns(), w.now, func(d observation.Deployment) sobek.Value {
		return w.m.object(field{"name", d.Name}, field{"namespace", d.Namespace}, field{"replicas", d.Replicas}, field{"current", d.Current},
			field{"updated", d.Updated}, field{"ready", d.Ready}, field{"available", d.Available})
	})
}

// ready is deployment().ready(): a promise of the number of its ready replicas.
func (w *workload) ready() sobek.Value {
	return promise(w.m, w.m.turns(), w.now, func(d observation.Deployment) sobek.Value { return w.m.vu.Runtime().ToValue(d.Ready) })
}

// defaultObserve is how long scale() looks at what an autoscaler makes of it:
// two of the 15 s after which the controller looks at an HPA again
// (--horizontal-pod-autoscaler-sync-period).
const defaultObserve = 30 * time.Second

// scaleTo is deployment().scale(n, {observe}): the manual procedure, and what
// the HPA made of it.
func (w *workload) scaleTo(call sobek.FunctionCall) sobek.Value {
	f, ok := number(call.Argument(0))
	if !ok || f != float64(int32(f)) || f < 0 || f > maxReplicas {
		w.m.typeError("scale(replicas): replicas must be a whole number from 0 to %d, and is %s", maxReplicas, describe(call.Argument(0)))
	}
	o := w.m.options("scale()", call.Argument(1), "observe")
	observe := o.duration("observe", defaultObserve, 0)
	if !w.cluster.Writable {
		w.m.throw("scale(): %s may not be changed: only Headroom's own cluster is, or a context that is named by --context or ARTISAN_CONTEXT", w.cluster.Name)
	}
	return promise(w.m, w.m.turns(), func(ctx context.Context) (scaled, error) { return w.rescale(ctx, int32(f), observe) }, func(s scaled) sobek.Value {
		return s.object(w.m)
	})
}

// scaled is what became of the manual procedure.
type scaled struct {
	from, to int32
	at       time.Time
	hpa      string // that scales the same Deployment; "" if none does
	kept     bool   // the replicas are still what was asked for
	replicas int32  // at the end
	after    time.Duration
}

func (s scaled) object(m *Module) sobek.Value {
	var by any
	if s.hpa != "" {
		by = s.hpa
	}
	var changed any
	if !s.kept {
		changed = ms(s.after)
	}
	return m.object(field{"from", s.from}, field{"to", s.to}, field{"at", m.date(s.at)}, field{"hpa", by},
		field{"kept", s.kept}, field{"replicas", s.replicas}, field{"changedAfter", changed})
}

func (w *workload) rescale(ctx context.Context, to int32, observe time.Duration) (scaled, error) {
	s := scaled{to: to}
	scene, err := w.watchDeployment(ctx, w.m.ext)
	if err != nil {
		return s, err
	}
	if s.hpa, err = w.autoscaledBy(ctx); err != nil {
		return s, err
	}
	s.at = time.Now()
	if s.from, err = w.scale(ctx, to); err != nil {
		return s, err
	}
	// First our own change has to be seen, then what follows it.
	seen := false
	s.kept, s.replicas = true, to
	err = until(ctx, scene.scene, scene.scene, s.at.Add(observe), func() bool {
		for _, d := range scene.deployment(w.name) {
			switch {
			case d.At.Before(s.at):
			case !seen:
				seen = d.V.Replicas == to
			case d.V.Replicas != to:
				s.kept, s.replicas, s.after = false, d.V.Replicas, d.At.Sub(s.at)
				return true
			}
		}
		return false
	})
	if err != nil {
		return s, fmt.Errorf("watch what becomes of it: %w", err)
	}
	return s, nil
}
