package artisan

import (
	"context"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/observation"
)

// autoscaler is one HPA that a script looks at.
type autoscaler struct {
	m *Module
	named
	since time.Time // from when on the script looks
}

// hpa is artisan.hpa(name, {namespace}): an object with status(), timeline(),
// expectScale() and expectStable(). It begins to watch, and does not wait; in
// the init context, where there may be no cluster yet, the first use does.
func (m *Module) hpa(call sobek.FunctionCall) sobek.Value {
	name := m.objectName("hpa", call.Argument(0))
	namespace := m.options("hpa()", call.Argument(1), "namespace").text("namespace", "")
	since := time.Now()
	open := func() *autoscaler {
		n, err := m.named("horizontalpodautoscalers", "HPA", namespace, name)
		if err == nil {
			_, err = m.ext.watch(n.cluster, n.namespace, observation.KindHPA)
		}
		if err != nil {
			m.throw("hpa(%q): %v", name, err)
		}
		return &autoscaler{m, n, since}
	}
	if !m.vu.InInit() {
		open()
	}
	return m.object(
		field{"name", name},
		field{"status", m.method("hpa().status()", func(sobek.FunctionCall) sobek.Value { return open().status() })},
		field{"timeline", m.method("hpa().timeline()", func(sobek.FunctionCall) sobek.Value { return open().timeline() })},
		field{"expectScale", m.method("hpa().expectScale()", func(call sobek.FunctionCall) sobek.Value { return open().expectScale(call) })},
		field{"expectStable", m.method("hpa().expectStable()", func(call sobek.FunctionCall) sobek.Value { return open().expectStable(call) })},
	)
}

// method is a function that the init context cannot call.
func (m *Module) method(where string, f func(sobek.FunctionCall) sobek.Value) func(sobek.FunctionCall) sobek.Value {
	return func(call sobek.FunctionCall) sobek.Value {
		m.running(where)
		return f(call)
	}
}

// objectName reads the first argument of hpa() and deployment().
func (m *Module) objectName(of string, v sobek.Value) string {
	name, ok := v.Export().(string)
	if !ok || name == "" {
		m.typeError("%s(name): name must be a string that is not empty, such as \"artisan-platform-backend-hpa\", and is %s", of, describe(v))
	}
	return name
}

// scene returns what is observed of the HPAs, once the one that is meant is in
// it.
func (a *autoscaler) scene(ctx context.Context) (watched, error) {
	w, err := a.m.ext.watch(a.cluster, a.namespace, observation.KindHPA)
	if err != nil {
		return w, err
	}
	if err := a.exists(ctx); err != nil { // says at once what a watch would wait with
		return w, err
	}
	if err := w.ready(ctx, a.cluster); err != nil {
		return w, err
	}
	return w, until(ctx, w.scene, w.scene, time.Now().Add(syncTimeout), func() bool { return len(w.hpa(a.name)) > 0 })
}

// status is hpa().status(): a promise of how the HPA stands.
func (a *autoscaler) status() sobek.Value {
	return promise(a.m, a.m.turns(), func(ctx context.Context) (observation.HPA, error) {
		w, err := a.scene(ctx)
		var h observation.HPA
		if err == nil {
			h, _ = w.hpa(a.name).last()
		}
		return h, err
	}, func(h observation.HPA) sobek.Value { return a.m.hpaObject(h) })
}

// hpaObject shows an HPA to a script.
func (m *Module) hpaObject(h observation.HPA) *sobek.Object {
	metrics := make([]any, len(h.Metrics))
	for i, x := range h.Metrics {
		var current any
		if x.Current != nil {
			current = *x.Current
		}
		metrics[i] = m.object(field{"type", x.Type}, field{"name", x.Name}, field{"targetType", x.TargetType}, field{"target", x.Target}, field{"current", current})
	}
	conditions := make([]any, len(h.Conditions))
	for i, c := range h.Conditions {
		conditions[i] = m.object(field{"type", c.Type}, field{"status", c.Status}, field{"reason", c.Reason}, field{"message", c.Message})
	}
	var last any
	if h.LastScale != nil {
		last = m.date(*h.LastScale)
	}
	rt := m.vu.Runtime()
	return m.object(
		field{"name", h.Name}, field{"namespace", h.Namespace}, field{"target", h.Target}, field{"min", h.Min}, field{"max", h.Max},
		field{"current", h.Current}, field{"desired", h.Desired}, field{"lastScale", last},
		field{"metrics", rt.NewArray(metrics...)}, field{"conditions", rt.NewArray(conditions...)},
	)
}

// date makes a Date of a script.
func (m *Module) date(t time.Time) sobek.Value {
	rt := m.vu.Runtime()
	d, err := rt.New(rt.Get("Date"), rt.ToValue(t.UnixMilli()))
	if err != nil {
		m.throw("make a Date: %v", err)
	}
	return d
}

// step is one change of an HPA's replicas.
type step struct {
	at               time.Time
	current, desired int32
}

// timeline is hpa().timeline(): a promise of how the replicas have changed
// since hpa() was called, with how they stood then first.
func (a *autoscaler) timeline() sobek.Value {
	return promise(a.m, a.m.turns(), func(ctx context.Context) ([]step, error) {
		w, err := a.scene(ctx)
		var steps []step
		if err == nil {
			steps = stepsSince(w.hpa(a.name), a.since)
		}
		return steps, err
	}, func(steps []step) sobek.Value {
		list := make([]any, len(steps))
		for i, s := range steps {
			list[i] = a.m.object(field{"at", a.m.date(s.at)}, field{"after", ms(s.at.Sub(a.since))}, field{"current", s.current}, field{"desired", s.desired})
		}
		return a.m.vu.Runtime().NewArray(list...)
	})
}

// stepsSince are the changes of the replicas after a time, and how they stood
// then.
func stepsSince(h history[observation.HPA], since time.Time) []step {
	var steps []step
	for _, x := range h {
		s := step{x.At, x.V.Current, x.V.Desired}
		if s.at.Before(since) {
			s.at = since
			steps = steps[:0]
		}
		if n := len(steps); n == 0 || steps[n-1].current != s.current || steps[n-1].desired != s.desired {
			steps = append(steps, s)
		}
	}
	return steps
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
