package command

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// grace is how long a program may take to end after its context was
// cancelled before it is killed.
const grace = 5 * time.Second

// ownGroup makes cmd the leader of a process group and lets the end of its
// context ask that whole group to end: `go build` leaves compilers behind, a
// shell its pipelines, if only the one process is signalled. The terminal's
// Ctrl-C does not reach the group any more; the context is what ends it.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = grace
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
}

// killGroup kills what is left of the group after cmd has ended or used up its
// grace. A group that is gone already is what was wanted.
func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}
