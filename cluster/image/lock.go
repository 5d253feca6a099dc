package image

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/artisan-platform/headroom/runner/progress"
)

// lockPoll is how often a busy cache is tried again.
const lockPoll = 500 * time.Millisecond

// lock takes the cache for this process: two builds would do the same work
// twice, and sweep each other's folders. The kernel gives the lock back when
// the process ends, however it ends.
func (s store) lock(ctx context.Context, r progress.Reporter) (unlock func() error, err error) {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the image cache: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(s.dir, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock the image cache: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = progress.Do(r, "wait for another headroom that is building images", func(progress.Step) error {
			return waitLock(ctx, f)
		})
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the image cache %s: %w", s.dir, err), f.Close())
	}
	return f.Close, nil
}

func waitLock(ctx context.Context, f *os.File) error {
	tick := time.NewTicker(lockPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
	}
}
