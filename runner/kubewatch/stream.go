package kubewatch

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	"github.com/artisan-platform/headroom/runner/observation"
)

// Bounds of one stream's requests.
const (
	listTimeout = 30 * time.Second
	deadAfter   = 5 * time.Second // past WatchFor, a watch that did not close is dead
	firstRetry  = 100 * time.Millisecond
	lastRetry   = 2 * time.Second
)

// errClosed is why a watch ended whose time was up: no break.
var errClosed = errors.New("watch closed on time")

// stream lists and watches one resource for as long as its context lives.
type stream struct {
	name     string
	kind     observation.Kind // of what it records
	watchFor time.Duration
	clock    func() time.Time
	list     func(context.Context, metav1.ListOptions) (runtime.Object, error)
	watch    func(context.Context, metav1.ListOptions) (watch.Interface, error)
	// changed is told of every object as it is, and deleted of those that are
	// gone, in the order of the API server. listed says that the object came
	// with the first list: it was there before.
	changed func(obj runtime.Object, listed bool)
	deleted func(obj runtime.Object)

	contact *contact
	synced  chan struct{}
	known   map[types.UID]runtime.Object
	version string // resume from here; "" lists anew

	mu   sync.Mutex
	last error
}

// run alternates between a list, where there is nothing to resume from, and
// watches, until ctx ends.
func (s *stream) run(ctx context.Context) {
	retry := firstRetry
	for ctx.Err() == nil {
		err := s.step(ctx)
		switch {
		case ctx.Err() != nil:
		case err == nil, errors.Is(err, errClosed):
			retry = firstRetry
		default:
			s.fail(err)
			sleep(ctx, retry)
			retry = min(2*retry, lastRetry)
		}
	}
	s.contact.close(s.clock())
}

// step makes one request, to its end.
func (s *stream) step(ctx context.Context) error {
	if s.version == "" {
		return s.relist(ctx)
	}
	err := s.follow(ctx)
	if apierrors.IsResourceExpired(err) || apierrors.IsGone(err) {
		s.version = "" // what happened since is lost: only a list tells what is
	}
	return err
}

// relist takes the present state and tells how it differs from what is known.
func (s *stream) relist(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	list, err := s.list(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Errorf("list: %w", withoutURL(err))
	}
	items, err := meta.ExtractList(list)
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	of, err := meta.ListAccessor(list)
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	if of.GetResourceVersion() == "" {
		return errors.New("list: the answer has no resource version to watch from")
	}
	s.contact.good(s.clock())
	first := s.known == nil
	gone := s.known
	s.known = make(map[types.UID]runtime.Object, len(items))
	for _, obj := range items {
		key := keyOf(obj)
		delete(gone, key)
		s.known[key] = obj
		s.changed(obj, first)
	}
	for _, obj := range gone {
		s.deleted(obj)
	}
	s.version = of.GetResourceVersion()
	if first {
		close(s.synced)
	}
	return nil
}

// fail notes a break: the gap begins at the last good contact.
func (s *stream) fail(err error) {
	s.mu.Lock()
	s.last = err
	s.mu.Unlock()
	s.contact.lost(err.Error())
}

func (s *stream) lastError() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		return errors.New("no answer yet")
	}
	return s.last
}

// keyOf is the identity of an object: a pod that takes a name over is another
// pod.
func keyOf(obj runtime.Object) types.UID {
	m, err := meta.Accessor(obj)
	if err != nil {
		return "" // the typed objects of our own scheme all have metadata
	}
	return m.GetUID()
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
