package alarm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// fine is a clock of the kernel's: a file that becomes readable when the time
// has come, to the precision of the kernel's timers.
type fine struct {
	ctx    context.Context
	fd     int
	file   *os.File
	forget func() bool
	over   chan struct{} // closed when the end of ctx has been heeded
}

func newFine(ctx context.Context) (clock, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("create a timer file: %w", err)
	}
	f := &fine{ctx: ctx, fd: fd, file: os.NewFile(uintptr(fd), "timerfd"), over: make(chan struct{})}
	f.forget = context.AfterFunc(ctx, func() {
		defer close(f.over)
		_ = f.file.SetReadDeadline(time.Unix(1, 0)) // it ends a wait; without deadlines a wait ends by its time
	})
	return f, nil
}

func (f *fine) wait(d time.Duration) error {
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(d))}
	if err := unix.TimerfdSettime(f.fd, 0, &spec, nil); err != nil {
		return fmt.Errorf("set a timer of %v: %w", d, err)
	}
	var expirations [8]byte
	_, err := f.file.Read(expirations[:])
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("wait for a timer of %v: %w", d, err)
	}
	return nil
}

func (f *fine) close() {
	if !f.forget() {
		<-f.over
	}
	_ = f.file.Close() // nothing was written to it
}
