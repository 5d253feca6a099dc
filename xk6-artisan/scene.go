package artisan

import (
	"context"
	"sync"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
)

// history is the facts of one object in the order in which they were observed.
type history[T any] []observation.Timed[T]

// at returns the newest fact at a time.
func (h history[T]) at(t time.Time) (T, bool) {
	for i := len(h) - 1; i >= 0; i-- {
		if !h[i].At.After(t) {
			return h[i].V, true
		}
	}
	var none T
	return none, false
}

// last is the newest fact of all.
func (h history[T]) last() (T, bool) {
	if len(h) == 0 {
		var none T
		return none, false
	}
	return h[len(h)-1].V, true
}

// scene is what was observed of one namespace. It is safe for concurrent use.
type scene struct {
	mu          sync.Mutex
	changed     chan struct{} // closed at each change, and replaced
	hpas        map[string]history[observation.HPA]
	deployments map[string]history[observation.Deployment]
	pods        map[string]observation.Pod // that exist, by UID
	nodes       map[string]observation.Node
	gaps        []observation.Gap
}

func newScene() *scene {
	return &scene{
		changed: make(chan struct{}), hpas: make(map[string]history[observation.HPA]), deployments: make(map[string]history[observation.Deployment]),
		pods: make(map[string]observation.Pod), nodes: make(map[string]observation.Node),
	}
}

// Observe implements observation.Sink.
func (s *scene) Observe(r observation.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.HPA != nil:
		s.hpas[r.HPA.Name] = append(s.hpas[r.HPA.Name], observation.Timed[observation.HPA]{At: r.Time, V: *r.HPA})
	case r.Deployment != nil:
		s.deployments[r.Deployment.Name] = append(s.deployments[r.Deployment.Name], observation.Timed[observation.Deployment]{At: r.Time, V: *r.Deployment})
	case r.Pod != nil && r.Pod.Deleted:
		delete(s.pods, r.Pod.UID)
	case r.Pod != nil:
		s.pods[r.Pod.UID] = *r.Pod
	case r.Node != nil && r.Node.Deleted:
		delete(s.nodes, r.Node.Name)
	case r.Node != nil:
		s.nodes[r.Node.Name] = *r.Node
	case r.Gap != nil:
		s.gaps = append(s.gaps, *r.Gap)
	default:
		return
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// news returns what ends with the next change.
func (s *scene) news() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// hpa is what was observed of an HPA until now.
func (s *scene) hpa(name string) history[observation.HPA] {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hpas[name] // what is in a history does not change
}

// deployment is what was observed of a Deployment until now.
func (s *scene) deployment(name string) history[observation.Deployment] {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.deployments[name]
}

// until looks now, at every change of a or b, and once more at the deadline,
// until see says that it has seen enough. It returns the error of ctx if that
// ends before. b may be a.
func until(ctx context.Context, a, b *scene, deadline time.Time, see func() bool) error {
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	for over := false; ; {
		inA, inB := a.news(), b.news() // before the look: what comes after it is news
		if see() || over {
			return nil
		}
		select {
		case <-inA:
		case <-inB:
		case <-timer.C:
			over = true
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// blind returns the longest gap of one of the sources that overlaps a time.
func (s *scene) blind(from, to time.Time, sources ...string) (longest observation.Gap) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.gaps {
		for _, source := range sources {
			if g.Source == source && g.To.After(from) && g.From.Before(to) && g.To.Sub(g.From) > longest.To.Sub(longest.From) {
				longest = g
			}
		}
	}
	return longest
}
