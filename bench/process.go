package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

var background = context.Background()

// bench is what all parts share: the program, its peers and the server.
type bench struct {
	dir                          string
	headroom, vegeta, bombardier string
	pin                          []string // a command that keeps a client on one processor; empty: there is none
	url                          string
	server                       *exec.Cmd
	stop                         io.Closer
}

// prepare builds everything and starts the server.
func prepare(ctx context.Context) (*bench, error) {
	dir, err := os.MkdirTemp("", "headroom-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{dir: dir, headroom: filepath.Join(dir, "headroom")}
	if _, err := output(ctx, "go", "build", "-trimpath", "-o", b.headroom, "./runner"); err != nil {
		return nil, err
	}
	for name, path := range map[string]*string{"vegeta": &b.vegeta, "bombardier": &b.bombardier} {
		out, err := output(ctx, "go", "tool", "-modfile=tools/go.mod", "-n", name)
		if err != nil {
			return nil, err
		}
		*path = strings.TrimSpace(string(out))
	}
	if _, err := exec.LookPath("taskset"); err == nil {
		b.pin = []string{"taskset", "-c", "1"}
	}
	return b, b.serve(ctx)
}

func (b *bench) serve(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	b.server = exec.CommandContext(ctx, self, "serve")
	b.server.Env = append(os.Environ(), "GOMAXPROCS=1")
	stdin, err := b.server.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := b.server.StdoutPipe()
	if err != nil {
		return err
	}
	b.server.Stderr = os.Stderr
	if err := b.server.Start(); err != nil {
		return err
	}
	b.stop = stdin
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	b.url = "http://" + strings.TrimSpace(line)
	return nil
}

func (b *bench) close() error {
	var err error
	if b.stop != nil {
		err = errors.Join(b.stop.Close(), b.server.Wait())
	}
	return errors.Join(err, os.RemoveAll(b.dir))
}

// file writes a file into the folder of the run.
func (b *bench) file(name, text string) (string, error) {
	path := filepath.Join(b.dir, name)
	return path, os.WriteFile(path, []byte(text), 0o644)
}

// takeFile reads a file and removes it, so that the next run begins without.
func takeFile(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return text, os.Remove(path)
}

// usage is what a process used.
type usage struct {
	cpu    time.Duration
	maxRSS int64 // bytes
	wall   time.Duration
	out    []byte
	err    []byte
}

// measure runs a client to its end.
func (b *bench) measure(ctx context.Context, pinned bool, args ...string) (usage, error) {
	if pinned {
		args = append(append([]string(nil), b.pin...), args...)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "BASE_URL="+b.url)
	if pinned {
		cmd.Env = append(cmd.Env, "GOMAXPROCS=1")
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return usage{}, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, errs.Bytes())
	}
	u := usage{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), wall: time.Since(start), out: out.Bytes(), err: errs.Bytes()}
	if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.maxRSS = r.Maxrss << 10
	}
	return u, nil
}

func output(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, errs.Bytes())
	}
	return out, nil
}
