package kubewatch

import (
	"context"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"

	"github.com/artisan-platform/headroom/runner/observation"
)

// source names a resource and turns its objects into facts.
type source[T any] struct {
	name      string
	kind      observation.Kind
	client    rest.Interface
	resource  string
	namespace string // "" for cluster-wide resources
	fields    string
	empty     func() runtime.Object // a list to decode into
	fact      func(obj runtime.Object) (T, bool)
	record    func(at time.Time, fact *T) observation.Record
	gone      func(fact *T) // marks a fact as deleted; nil: deletions are not recorded
	seen      func(at time.Time, fact *T)
	skip      func(fact *T) bool // facts of the first list that are history
}

// build makes the streams of everything that is watched.
func (w *Watcher) build(api *clients) []*stream {
	ns := w.cfg.Namespace
	streams := []*stream{
		open(w, api, source[observation.HPA]{
			name: "watch hpa", kind: observation.KindHPA, client: api.autoscaling, resource: "horizontalpodautoscalers", namespace: ns,
			empty: func() runtime.Object { return &autoscalingv2.HorizontalPodAutoscalerList{} },
			fact:  typed(hpaOf),
			record: func(at time.Time, h *observation.HPA) observation.Record {
				return observation.Record{Time: at, Kind: observation.KindHPA, HPA: h}
			},
			gone: func(h *observation.HPA) { h.Deleted = true },
			seen: w.health.see,
		}),
		open(w, api, source[observation.Deployment]{
			name: "watch deployment", kind: observation.KindDeployment, client: api.apps, resource: "deployments", namespace: ns,
			empty: func() runtime.Object { return &appsv1.DeploymentList{} },
			fact:  typed(deploymentOf),
			record: func(at time.Time, d *observation.Deployment) observation.Record {
				return observation.Record{Time: at, Kind: observation.KindDeployment, Deployment: d}
			},
			gone: func(d *observation.Deployment) { d.Deleted = true },
		}),
		open(w, api, source[observation.Pod]{
			name: "watch pod", kind: observation.KindPod, client: api.core, resource: "pods", namespace: ns,
			empty: func() runtime.Object { return &corev1.PodList{} },
			fact:  typed(podOf),
			record: func(at time.Time, p *observation.Pod) observation.Record {
				return observation.Record{Time: at, Kind: observation.KindPod, Pod: p}
			},
			gone: func(p *observation.Pod) { p.Deleted = true },
		}),
		open(w, api, source[observation.Node]{
			name: "watch node", kind: observation.KindNode, client: api.core, resource: "nodes",
			empty: func() runtime.Object { return &corev1.NodeList{} },
			fact:  typed(nodeOf),
			record: func(at time.Time, n *observation.Node) observation.Record {
				return observation.Record{Time: at, Kind: observation.KindNode, Node: n}
			},
			gone: func(n *observation.Node) { n.Deleted = true },
		}),
		open(w, api, w.events("watch event", api, ns, "")),
	}
	if ns != metav1.NamespaceDefault { // where the events of nodes are kept
		streams = append(streams, open(w, api, w.events("watch node event", api, metav1.NamespaceDefault, "involvedObject.kind=Node")))
	}
	return slices.DeleteFunc(streams, func(s *stream) bool { return len(w.cfg.Only) > 0 && !slices.Contains(w.cfg.Only, s.kind) })
}

// history is how far before the start an event still counts as news.
const history = time.Minute

func (w *Watcher) events(name string, api *clients, namespace, fields string) source[observation.Event] {
	start := w.cfg.Clock()
	return source[observation.Event]{
		name: name, kind: observation.KindEvent, client: api.core, resource: "events", namespace: namespace, fields: fields,
		empty: func() runtime.Object { return &corev1.EventList{} },
		fact:  typed(eventOf),
		record: func(at time.Time, e *observation.Event) observation.Record {
			return observation.Record{Time: at, Kind: observation.KindEvent, Event: e}
		},
		skip: func(e *observation.Event) bool { return e.Last.Before(start.Add(-history)) },
	}
}

// open makes the stream of a source. Its facts go to the sink when they
// differ from the last one of the same object: most updates change only what
// nobody here looks at.
func open[T any](w *Watcher, api *clients, src source[T]) *stream {
	s := &stream{
		name: src.name, kind: src.kind, watchFor: w.cfg.WatchFor, clock: w.cfg.Clock,
		contact: &contact{source: src.name, sink: w.cfg.Sink},
		synced:  make(chan struct{}),
	}
	request := func(opts metav1.ListOptions) *rest.Request {
		opts.FieldSelector = src.fields
		return src.client.Get().NamespaceIfScoped(src.namespace, src.namespace != "").
			Resource(src.resource).VersionedParams(&opts, api.params)
	}
	s.list = func(ctx context.Context, opts metav1.ListOptions) (runtime.Object, error) {
		list := src.empty()
		return list, request(opts).Do(ctx).Into(list)
	}
	s.watch = func(ctx context.Context, opts metav1.ListOptions) (watch.Interface, error) {
		opts.Watch = true
		return request(opts).Watch(ctx)
	}
	d := &differ[T]{src: src, sink: w.cfg.Sink, clock: w.cfg.Clock, last: make(map[types.UID]T)}
	s.changed, s.deleted = d.changed, d.deleted
	return s
}
