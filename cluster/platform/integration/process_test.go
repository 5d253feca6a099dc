package integration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"sync"
	"syscall"
)

// process is a program of this machine, in a process group of its own.
type process struct {
	program
	dir   string
	owner *syscall.Credential // root may run neither PostgreSQL nor PgBouncer
	out   output
	cmd   *exec.Cmd // nil: not running
}

// newProcess makes a folder for the program, which it may write to.
func newProcess(p program) (*process, error) {
	s := &process{program: p}
	var err error
	if s.dir, err = os.MkdirTemp("", "headroom-"+p.name+"-"); err != nil {
		return nil, err
	}
	if os.Getuid() != 0 {
		return s, nil
	}
	if s.owner, err = nobody(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	if err := os.Chown(s.dir, int(s.owner.Uid), int(s.owner.Gid)); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	return s, nil
}

func nobody() (*syscall.Credential, error) {
	u, err := user.Lookup("nobody")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("user nobody: %w", err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("user nobody: %w", err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// start does not end with ctx: that is what kill is for.
func (s *process) start(ctx context.Context) error {
	cmd := exec.CommandContext(context.WithoutCancel(ctx), s.argv[0], s.argv[1:]...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "HEADROOM_DIR="+s.dir, "PATH="+os.Getenv("PATH")+":"+debianPostgres)
	cmd.Stdout, cmd.Stderr = &s.out, &s.out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: s.owner}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", s.name, err)
	}
	s.cmd = cmd
	return nil
}

func (s *process) kill(context.Context) error {
	if s.cmd == nil {
		return nil
	}
	err := s.signal(syscall.SIGKILL)
	var exit *exec.ExitError
	if werr := s.cmd.Wait(); werr != nil && !errors.As(werr, &exit) {
		err = errors.Join(err, werr)
	}
	s.cmd = nil
	return err
}

func (s *process) pause(context.Context) error  { return s.signal(syscall.SIGSTOP) }
func (s *process) resume(context.Context) error { return s.signal(syscall.SIGCONT) }

// signal reaches the children too: PostgreSQL has many.
func (s *process) signal(sig syscall.Signal) error {
	if err := syscall.Kill(-s.cmd.Process.Pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("send %s to %s: %w", sig, s.name, err)
	}
	return nil
}

func (s *process) remove(ctx context.Context) error {
	return errors.Join(s.kill(ctx), os.RemoveAll(s.dir))
}

func (s *process) logs() string { return s.out.String() }

// output is what a program wrote.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
