package kind

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artisan-platform/headroom/runner/progress"
)

func TestAwaitEndsWithTheLastRealCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		err := await(context.Background(), progress.Discard, "wait for pods", 5*time.Second, func(ctx context.Context) error {
			if tries++; tries < 3 {
				return errors.New("no pods yet")
			}
			if tries == 3 {
				return errors.New("pod dns: ImagePullBackOff")
			}
			<-ctx.Done() // the question that the deadline cuts off
			return ctx.Err()
		})
		if err == nil || !strings.Contains(err.Error(), "not within 5s: pod dns: ImagePullBackOff") {
			t.Errorf("got %v, want the cause found before the time was up", err)
		}
	})
}

func TestAwaitReturnsAsSoonAsItIsSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, start, tries := &recorder{}, time.Now(), 0
		err := await(context.Background(), r, "wait", time.Minute, func(context.Context) error {
			if tries++; tries < 4 {
				return errors.New("not yet")
			}
			return nil
		})
		if took := time.Since(start); err != nil || took != 3*pollEvery {
			t.Errorf("%v after %s, want success after %s", err, took, 3*pollEvery)
		}
		if got := r.lines[len(r.lines)-1]; got != "done wait: <nil>" || r.lines[1] != "wait: not yet" {
			t.Errorf("showed %q", r.lines)
		}
	})
}

func TestAwaitKeepsTheCauseWhenInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(1500*time.Millisecond, cancel)
		asked := false
		err := await(ctx, progress.Discard, "wait", time.Hour, func(ctx context.Context) error {
			if !asked {
				asked = true
				return errors.New("node a is not ready")
			}
			<-ctx.Done()
			return ctx.Err()
		})
		if err == nil || !strings.Contains(err.Error(), "node a is not ready") {
			t.Errorf("got %v, want the cause found before", err)
		}
	})
}

func TestAwaitIsInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Second, cancel)
		err := await(ctx, progress.Discard, "wait", time.Hour, func(context.Context) error { return errors.New("not yet") })
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "not yet") {
			t.Errorf("got %v, want the interruption and what was waited for", err)
		}
	})
}
