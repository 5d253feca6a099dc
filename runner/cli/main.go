// Package cli is the command line: commands, flags, hints and exit codes. It
// is the only place that decides how the program exits.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"github.com/artisan-platform/headroom/cluster/host"
	"github.com/artisan-platform/headroom/runner/experiment"
	"github.com/artisan-platform/headroom/runner/script"
	"github.com/artisan-platform/headroom/runner/spec"
)

// version is set at link time.
var version = "dev"

// app is what the commands share.
type app struct {
	in       io.Reader
	out, err io.Writer
	console  *console
}

// Main runs the program and returns its exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if code, handled := host.RunAsOCIRuntime(args, stdout, stderr); handled {
		return code
	}
	ctx, stop := interruptible(context.Background(), stderr)
	defer stop()
	a := &app{in: stdin, out: stdout, err: stderr, console: newConsole(stderr)}
	defer a.console.animate()()
	root := a.root()
	if calledK6(args[0]) {
		root = a.k6()
	}
	root.SetArgs(args[1:])
	err := root.ExecuteContext(ctx)
	a.console.Clear()
	if err == nil {
		return exitPass
	}
	if cause := context.Cause(ctx); errors.Is(cause, experiment.ErrInterrupted) && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	explain(stderr, err)
	return exitCode(err)
}

// explain says what went wrong. The problems of a plan stand alone on their
// lines, so that editors find file:line:col; a verdict has been shown already.
func explain(w io.Writer, err error) {
	var judged verdictError
	var problems *spec.Error
	var loaded loadError
	var options *script.OptionsError
	switch {
	case errors.As(err, &options):
		fmt.Fprintln(w, options)
	case errors.As(err, &loaded) && loaded.err == nil: // it has logged why
	case errors.As(err, &problems):
		fmt.Fprintln(w, problems)
		fmt.Fprintf(w, "%s: the plan has %d problems; nothing was created\n", progname, len(problems.Problems))
	case !errors.As(err, &judged):
		fmt.Fprintf(w, "%s: %v\n", progname, err)
	}
}

// progname opens every message on standard error.
const progname = "headroom"

// interruptible returns a context that the first SIGINT or SIGTERM cancels. A
// second one ends the process at once: who asks twice does not want to wait.
func interruptible(parent context.Context, stderr io.Writer) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case s := <-signals:
			fmt.Fprintf(stderr, "\n%s: %v: stopping, writing what there is and cleaning up (again to quit at once)\n", progname, s)
			cancel(experiment.ErrInterrupted)
		case <-done:
			return
		}
		select {
		case <-signals:
			os.Exit(exitInterrupted)
		case <-done:
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		<-ended
		cancel(nil)
	}
}

// newConsole writes to w. On a terminal the last line is redrawn, lines are
// fitted to its width, and there is colour unless somebody asked for plain text
// (NO_COLOR, no-color.org); elsewhere lines stay as they are.
func newConsole(w io.Writer) *console {
	c := &console{w: w}
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return c
	}
	c.term = true
	c.color = os.Getenv("NO_COLOR") == ""
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		c.width = width
	}
	return c
}
