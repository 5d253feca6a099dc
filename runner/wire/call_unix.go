//go:build unix

package wire

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// call is a write and the read of its answer as one operation of the poller.
// Written this way the read is not attempted before there is anything to read,
// which saves a system call in every exchange: the poller's readiness is reset
// before the request leaves, so that the answer cannot be missed.
type call struct {
	run func(fd uintptr) bool // step, made once

	out, in  []byte
	waiting  bool // everything is written
	n        int  // bytes read
	err      error
	wrote    time.Time
	answered time.Time
}

// step is called by the poller: at once, and whenever the socket may be read.
// It returns false to wait for that.
func (c *call) step(fd uintptr) bool {
	if !c.waiting {
		if c.write(int(fd)); len(c.out) > 0 {
			return true // an error, or more than the socket takes at once
		}
		c.waiting, c.wrote = true, time.Now()
		return false
	}
	n, err := ignoringEINTR(func() (int, error) { return unix.Read(int(fd), c.in) })
	if errors.Is(err, unix.EAGAIN) {
		return false
	}
	c.answered = time.Now()
	c.n, c.err = max(n, 0), err
	return true
}

func (c *call) write(fd int) {
	n, err := ignoringEINTR(func() (int, error) { return unix.Write(fd, c.out) })
	c.out = c.out[max(n, 0):]
	if err != nil && !errors.Is(err, unix.EAGAIN) {
		c.err = err
	}
}

func ignoringEINTR(f func() (int, error)) (int, error) {
	for {
		n, err := f()
		if !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

// quiet tells whether a socket is open and has nothing to read.
func quiet(fd int) bool {
	var b [1]byte
	_, _, err := unix.Recvfrom(fd, b[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
	return errors.Is(err, unix.EAGAIN)
}
