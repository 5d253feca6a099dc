package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/artisan-platform/headroom/runner/command"
)

// Say tells the user of a change before it is made.
type Say func(change string)

// Fix mends what Inspect would complain of and what a program can mend: it
// installs and starts the Docker engine, installs the programs of source mode
// and, where the host withholds capabilities, puts an OCI runtime before runc
// that does without them. It needs root and a Debian-like system. A second
// call changes nothing.
func Fix(ctx context.Context, _ Options, say Say) error {
	if os.Geteuid() != 0 {
		return errors.New("mend this host: root is needed: run it with sudo")
	}
	for _, mend := range []func(context.Context, Say) error{
		installPackages,
		startEngine,
		raiseWatchLimits,
		mendPrivileged,
	} {
		if err := mend(ctx, say); err != nil {
			return err
		}
	}
	return nil
}

// needed pairs each Debian package with a program that it brings.
var needed = []struct{ pkg, program string }{
	{"docker.io", "dockerd"},
	{"iptables", "iptables"},
	{"runc", "runc"},
	{"debootstrap", "debootstrap"},
	{"util-linux", "unshare"},
	{"coreutils", "chroot"},
	{"mount", "mount"},
	{"tar", "tar"},
	{"ca-certificates", "update-ca-certificates"},
}

// dockerClient comes with docker.io up to Debian 12 and by itself later.
const dockerClient = "docker-cli"

// installPackages installs what has no program in PATH.
func installPackages(ctx context.Context, say Say) error {
	var missing []string
	for _, n := range needed {
		if !installed(n.program) {
			missing = append(missing, n.pkg)
		}
	}
	if err := aptInstall(ctx, say, missing); err != nil {
		return err
	}
	if installed("docker") {
		return nil
	}
	return aptInstall(ctx, say, []string{dockerClient})
}

// installed looks in PATH and in the system folders, which PATH may lack.
func installed(program string) bool {
	for _, dir := range []string{"", "/usr/sbin/", "/sbin/", "/usr/local/sbin/"} {
		if _, err := exec.LookPath(dir + program); err == nil {
			return true
		}
	}
	return false
}

// aptInstall installs Debian packages without a question.
func aptInstall(ctx context.Context, say Say, packages []string) error {
	if len(packages) == 0 {
		return nil
	}
	if !installed("apt-get") {
		return fmt.Errorf("install %s: no apt-get here: only Debian and its relatives can be mended, install them by hand", strings.Join(packages, ", "))
	}
	say("install the packages " + strings.Join(packages, ", "))
	env := append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	update := command.Cmd{Name: "apt-get", Args: []string{"update", "--quiet"}, Env: env}
	if _, err := update.Run(ctx); err != nil {
		return fmt.Errorf("refresh the package lists: %w", err)
	}
	args := append([]string{"install", "--yes", "--quiet", "--no-install-recommends"}, packages...)
	if _, err := (command.Cmd{Name: "apt-get", Args: args, Env: env}).Run(ctx); err != nil {
		return fmt.Errorf("install packages: %w", err)
	}
	return nil
}

// raiseWatchLimits gives the nodes' many watchers room: with the kernel's
// default of 128 instances a cluster of a few nodes fails with "too many open files".
func raiseWatchLimits(_ context.Context, say Say) error {
	for _, limit := range watchLimits {
		have, err := readNumber(limit.file)
		if err != nil {
			return err
		}
		if have >= limit.want {
			continue
		}
		say(fmt.Sprintf("raise %s from %d to %d until the next boot", limit.file, have, limit.want))
		if err := os.WriteFile(limit.file, fmt.Appendf(nil, "%d\n", limit.want), 0o644); err != nil {
			return fmt.Errorf("raise a kernel limit: %w", err)
		}
	}
	return nil
}
