package host

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/artisan-platform/headroom/runner/command"
)

// Where Docker and this program keep what mendPrivileged changes.
const (
	daemonConfig = "/etc/docker/daemon.json"
	runtimePath  = "/usr/local/lib/headroom/" + runtimeName
)

// mendPrivileged makes privileged containers start. The one cause it knows
// is a bounding set that lacks capabilities which the engine asks for.
func mendPrivileged(ctx context.Context, say Say) error {
	cause := startPrivileged(ctx)
	if cause == nil {
		return nil
	}
	missing, err := MissingCapabilities()
	if err != nil {
		return err
	}
	if len(missing) == 0 {
		return fmt.Errorf("start a privileged container (this host withholds no capability, so nothing here can mend it): %w", cause)
	}
	if err := installRuntime(ctx, say); err != nil {
		return fmt.Errorf("install the OCI runtime: %w", err)
	}
	say(fmt.Sprintf("make it Docker's default runtime in %s, because this host withholds %s", daemonConfig, strings.Join(missing, ", ")))
	backup, err := registerRuntime(daemonConfig, runtimePath)
	if err != nil {
		return err
	}
	if backup != "" {
		say("keep Docker's previous configuration in " + backup)
	}
	if err := reloadEngine(ctx, say); err != nil {
		return err
	}
	if err := startPrivileged(ctx); err != nil {
		return fmt.Errorf("start a privileged container with the OCI runtime in place: %w", err)
	}
	return nil
}

// installRuntime copies this executable to runtimePath, unless a copy that
// behaves alike is there.
func installRuntime(ctx context.Context, say Say) error {
	if runtimeCurrent(ctx) {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	say("install an OCI runtime that asks for no withheld capability as " + runtimePath)
	if err := os.MkdirAll(filepath.Dir(runtimePath), 0o755); err != nil {
		return err
	}
	if err := copyProgram(self, runtimePath); err != nil {
		return err
	}
	if !runtimeCurrent(ctx) {
		return fmt.Errorf("%s does not act as the runtime: main must call host.RunAsOCIRuntime first", self)
	}
	return nil
}

// runtimeCurrent asks the installed runtime for its version.
func runtimeCurrent(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	out, err := command.Run(ctx, runtimePath, versionFlag)
	return err == nil && strings.TrimSpace(out) == runtimeVersion
}

// copyProgram copies an executable. A running copy at the destination goes
// on running: the new one is renamed into its place.
func copyProgram(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	tmp := to + ".new"
	out, err := os.OpenFile(tmp, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("copy %s to %s: %w", from, tmp, err)
	}
	return os.Rename(tmp, to)
}

// reloadEngine makes the engine read its configuration and waits until the
// runtime is its default. Containers go on running.
func reloadEngine(ctx context.Context, say Say) error {
	pid, err := enginePID()
	if err != nil {
		return err
	}
	if program := programOf(pid); program != "dockerd" { // never signal a stranger
		return fmt.Errorf("reload Docker's configuration: process %d of %s is %q, not dockerd: restart the engine by hand", pid, enginePIDFile, program)
	}
	say("reload Docker's configuration")
	if err := syscall.Kill(pid, syscall.SIGHUP); err != nil {
		return fmt.Errorf("reload Docker's configuration: signal process %d: %w", pid, err)
	}
	return waitEngine(ctx, func(e engine) error {
		if e.DefaultRuntime != registeredName {
			return fmt.Errorf("the engine's default runtime is still %q", e.DefaultRuntime)
		}
		return nil
	})
}

// engineWithin bounds how long an engine may take to start or to reload.
const engineWithin = time.Minute

// waitEngine asks the engine until it answers as ready wants it. The error
// is the last reason why not.
func waitEngine(ctx context.Context, ready func(engine) error) error {
	ctx, cancel := context.WithTimeout(ctx, engineWithin)
	defer cancel()
	for {
		e, err := askEngine(ctx)
		if err == nil {
			err = ready(e)
		}
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the Docker engine: %w (last: %w)", context.Cause(ctx), err)
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// systemdRuns reports whether systemd manages this host's services.
func systemdRuns() bool {
	info, err := os.Stat("/run/systemd/system")
	return err == nil && info.IsDir()
}

// engineProgram finds dockerd, which PATH may lack.
func engineProgram() (string, error) {
	if path, err := exec.LookPath("dockerd"); err == nil {
		return path, nil
	}
	return exec.LookPath("/usr/sbin/dockerd")
}
