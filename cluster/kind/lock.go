package kind

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// patience is how long a run waits for another one on the same cluster: one
// that was interrupted may still be cleaning up.
const patience = 10 * time.Second

// errLocked says that another process holds the lock.
var errLocked = errors.New("another headroom is working on it")

// lock is held by the one process that may change a cluster. The kernel
// releases it with the process, so a killed run leaves nothing locked.
type lock struct{ file *os.File }

// lock waits for the cluster's lock, up to patience.
func (f folder) lock(ctx context.Context) (*lock, error) {
	path := string(f) + ".lock" // beside the folder, which is removed under the lock
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		l, err := tryLock(path)
		if err == nil {
			return l, nil
		}
		if !errors.Is(err, errLocked) {
			return nil, fmt.Errorf("lock the cluster: %w", err)
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return nil, fmt.Errorf("lock the cluster: %w: wait for it to end (lock %s): %w", err, path, context.Cause(ctx))
		}
	}
}

func tryLock(path string) (*lock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = errLocked
	}
	if err == nil && !sameFile(file, path) { // its holder removed it meanwhile
		err = errLocked
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &lock{file: file}, nil
}

// sameFile reports whether path still names the open file.
func sameFile(file *os.File, path string) bool {
	held, err := file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(path)
	return err == nil && os.SameFile(held, named)
}

// release gives the lock up and takes its file away.
func (l *lock) release() error {
	return errors.Join(os.Remove(l.file.Name()), l.file.Close())
}
