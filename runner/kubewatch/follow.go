package kubewatch

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
)

// follow opens one watch at the version reached and reads it to its end. The
// server closes a watch after WatchFor: errClosed. A close before that is a
// break, and so is silence beyond it.
func (s *stream) follow(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	limit := s.watchFor + deadAfter
	dead := time.AfterFunc(limit, func() { cancel(fmt.Errorf("watch: silent for %v, the connection is dead", limit)) })
	defer dead.Stop()
	opened := time.Now()
	seconds := int64(max(s.watchFor/time.Second, 1))
	w, err := s.watch(ctx, metav1.ListOptions{
		ResourceVersion:     s.version,
		AllowWatchBookmarks: true,
		TimeoutSeconds:      &seconds,
	})
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return fmt.Errorf("open watch: %w", withoutURL(err))
	}
	defer func() {
		w.Stop()
		for range w.ResultChan() { // its reader has ended when this does
		}
	}()
	s.contact.good(s.clock())
	for {
		dead.Reset(limit)
		select {
		case e, ok := <-w.ResultChan():
			switch {
			case !ok && context.Cause(ctx) != nil:
				return context.Cause(ctx)
			case !ok && time.Since(opened) < time.Duration(seconds)*time.Second:
				return errors.New("watch: the server closed it before its time")
			case !ok:
				return errClosed
			}
			if err := s.take(e); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// take applies one event of a watch. Every event, bookmarks included, proves
// that the watch is alive and moves the version to resume from.
func (s *stream) take(e watch.Event) error {
	if e.Type == watch.Error {
		return fmt.Errorf("watch: %w", apierrors.FromObject(e.Object))
	}
	m, err := meta.Accessor(e.Object)
	if err != nil {
		return fmt.Errorf("watch: %s event: %w", e.Type, err)
	}
	s.contact.good(s.clock())
	s.version = m.GetResourceVersion()
	s.apply(e.Type, e.Object)
	return nil
}

func (s *stream) apply(t watch.EventType, obj runtime.Object) {
	switch t {
	case watch.Added, watch.Modified:
		s.known[keyOf(obj)] = obj
		s.changed(obj, false)
	case watch.Deleted:
		delete(s.known, keyOf(obj))
		s.deleted(obj)
	case watch.Bookmark:
	}
}

// withoutURL drops the address from a client's error: the stream's name says
// what was asked, and the address would hide the cause.
func withoutURL(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
