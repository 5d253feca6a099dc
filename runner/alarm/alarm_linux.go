package alarm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// fine is a clock of the kernel's: a file that becomes readable when the time
// has come, to the precision of the kernel's timers; and the last bit of a wait
// is a sleep.
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

// near is how close a moment is that a thread waits for itself. Farther ones
// are left to the poller, which wakes up half of it earlier.
const near = time.Millisecond

func (f *fine) wait(d time.Duration) error {
	if d <= near {
		return nap(d)
	}
	d -= near / 2
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

// nap waits in a system call of this thread. A process that has something due
// every half a millisecond would else fall idle and be woken up twice as often,
// and each time the runtime wakes its monitor too: that costs more than the
// request itself. What can run runs first, because the thread keeps its
// processor while it naps.
func nap(d time.Duration) error {
	until := time.Now().Add(d)
	runtime.Gosched()
	if d = time.Until(until); d <= 0 {
		return nil
	}
	spec := unix.NsecToTimespec(int64(d))
	if err := unix.ClockNanosleep(unix.CLOCK_MONOTONIC, 0, &spec, nil); err != nil && !errors.Is(err, unix.EINTR) {
		return fmt.Errorf("sleep for %v: %w", d, err)
	}
	return nil
}

func (f *fine) close() {
	if !f.forget() {
		<-f.over
	}
	_ = f.file.Close() // nothing was written to it
}
