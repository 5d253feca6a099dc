// Package command runs other programs. A program that fails is reported with
// its command line, its exit code and the end of what it printed, because an
// error that says only "exit status 1" sends its reader to guess.
package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// tail is how much of a failed program's output an Error keeps, in bytes.
const tail = 8 << 10

// Cmd describes one program to run.
type Cmd struct {
	Name  string
	Args  []string
	Dir   string    // working directory; empty is the caller's
	Env   []string  // whole environment; nil is the caller's
	Stdin io.Reader // nil is no input
	// Output, if set, receives standard output and standard error as they
	// come, besides what Run keeps. It must be safe for concurrent use.
	Output io.Writer
}

// Error says which program failed and what it printed last.
type Error struct {
	Line   string // the command line
	Output string // the end of its standard output and standard error
	Err    error  // the cause: *exec.ExitError, context.Canceled, ...
}

func (e *Error) Error() string {
	out := strings.TrimSpace(e.Output)
	if out == "" {
		return fmt.Sprintf("run %q: %v", e.Line, e.Err)
	}
	return fmt.Sprintf("run %q: %v\n%s", e.Line, e.Err, out)
}

func (e *Error) Unwrap() error { return e.Err }

// Run runs name with args and returns its standard output.
func Run(ctx context.Context, name string, args ...string) (string, error) {
	return Cmd{Name: name, Args: args}.Run(ctx)
}

// Run runs c and returns its standard output. The error, if any, is an *Error.
// When ctx ends, c and every program that it started in turn are asked to end
// and, if they do not within a few seconds, killed.
func (c Cmd) Run(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, c.Name, c.Args...)
	cmd.Dir, cmd.Env, cmd.Stdin = c.Dir, c.Env, c.Stdin
	ownGroup(cmd)
	var stdout bytes.Buffer
	both := &tailBuffer{max: tail}
	cmd.Stdout = io.MultiWriter(&stdout, both)
	cmd.Stderr = both
	if c.Output != nil {
		cmd.Stdout = io.MultiWriter(&stdout, both, c.Output)
		cmd.Stderr = io.MultiWriter(both, c.Output)
	}
	err := cmd.Run()
	if ctx.Err() != nil {
		killGroup(cmd)
	}
	if err == nil {
		return stdout.String(), nil
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w (%w)", cause, err)
	}
	line := strings.Join(append([]string{c.Name}, c.Args...), " ")
	return stdout.String(), &Error{Line: line, Output: both.String(), Err: err}
}
