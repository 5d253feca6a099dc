package image

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/artisan-platform/headroom/runner/command"
)

// suite is the Debian release that images take packages from.
const suite = "bookworm"

// bootstrapExpected is how long debootstrap takes.
const bootstrapExpected = 30 * second

// mirrors are the archives that packages come from.
type mirrors struct{ main, security string }

// findMirrors takes the archives that this machine's own apt is set up with,
// so that a host behind a mirror builds through it too. Where apt knows none of
// this release, as on another distribution, the user names one in
// HEADROOM_DEBIAN_MIRROR.
func findMirrors(ctx context.Context) (mirrors, error) {
	if base := strings.TrimSuffix(os.Getenv("HEADROOM_DEBIAN_MIRROR"), "/"); base != "" {
		return mirrors{main: base, security: base + "-security"}, nil
	}
	out, err := command.Run(ctx, "apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Identifier: Packages")
	m := parseMirrors(out)
	if m.main != "" && m.security != "" {
		return m, nil
	}
	missing := fmt.Errorf("this machine's apt names no archive of Debian %s and its security updates: set HEADROOM_DEBIAN_MIRROR to the address of one, which ends in /debian", suite)
	return mirrors{}, errors.Join(missing, err)
}

// parseMirrors reads lines of an archive's address and its suite. What no line
// names is empty.
func parseMirrors(out string) mirrors {
	var m mirrors
	for line := range strings.Lines(out) {
		uri, release, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || !strings.HasPrefix(uri, "http") {
			continue
		}
		switch release {
		case suite:
			m.main = strings.TrimSuffix(uri, "/")
		case suite + "-security":
			m.security = strings.TrimSuffix(uri, "/")
		}
	}
	return m
}

// sourcesList is the image's /etc/apt/sources.list while packages are installed.
func (m mirrors) sourcesList() string {
	return fmt.Sprintf("deb %[1]s %[2]s main\ndeb %[1]s %[2]s-updates main\ndeb %[3]s %[2]s-security main\n", m.main, suite, m.security)
}

// isolated runs a program in mount and process namespaces of its own, so that
// whatever it mounts or starts is gone when it ends, however it ends. Without
// that, removing the folder of a killed installation would reach through its
// mounts into this machine.
func isolated(ctx context.Context, args ...string) error {
	_, err := command.Run(ctx, "unshare", append([]string{"--mount", "--pid", "--fork", "--kill-child"}, args...)...)
	return err
}

// bootstrap makes the base root file system in dir/root.
func bootstrap(ctx context.Context, m mirrors, dir string) error {
	root := filepath.Join(dir, "root")
	if err := isolated(ctx, "debootstrap", "--variant=minbase", suite, root, m.main); err != nil {
		return fmt.Errorf("make the Debian base: %w", err)
	}
	return nil
}

// installScript installs packages into a root file system. No package may
// start a service. What only the installation needed is removed.
const installScript = `set -e
root=$1; shift
mount -t proc proc "$root/proc"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
chroot "$root" apt-get -q -o Acquire::Retries=3 update
chroot "$root" apt-get -q -o Acquire::Retries=3 install -y --no-install-recommends "$@"
chroot "$root" apt-get clean
rm -rf "$root/usr/sbin/policy-rc.d" "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/cache/debconf/*-old \
	"$root"/var/cache/ldconfig/* "$root"/var/log/* "$root"/var/lib/dpkg/*-old "$root/etc/machine-id" "$root/etc/resolv.conf"
`

// installPackages copies the base root file system to root and installs the packages.
func installPackages(ctx context.Context, m mirrors, base, root string, packages []Package) error {
	if _, err := command.Run(ctx, "cp", "-a", "--reflink=auto", base, root); err != nil {
		return fmt.Errorf("copy the Debian base: %w", err)
	}
	list := filepath.Join(root, "etc/apt/sources.list")
	if err := os.WriteFile(list, []byte(m.sourcesList()), 0o644); err != nil {
		return fmt.Errorf("name the package sources: %w", err)
	}
	args := []string{"sh", "-c", installScript, "install", root}
	for _, p := range packages {
		args = append(args, p.Name)
	}
	if err := isolated(ctx, args...); err != nil {
		return fmt.Errorf("install Debian packages: %w", err)
	}
	return checkVersions(ctx, root, packages)
}

// checkVersions holds the archive to what the image's tag promises.
func checkVersions(ctx context.Context, root string, packages []Package) error {
	for _, p := range packages {
		if p.Version == "" {
			continue
		}
		out, err := command.Run(ctx, "chroot", root, "dpkg-query", "-W", "-f", "${source:Upstream-Version}", p.Name)
		if err != nil {
			return fmt.Errorf("read the version of Debian package %s: %w", p.Name, err)
		}
		if !isUpstream(out, p.Version) {
			return fmt.Errorf("package %s: Debian %s serves version %s, the catalog promises %s: update the image's tag", p.Name, suite, out, p.Version)
		}
	}
	return nil
}

// isUpstream reports whether a package's upstream version is the promised
// one, give or take Debian's mark of a repacked source ("2.42.0+ds").
func isUpstream(have, want string) bool {
	rest, ok := strings.CutPrefix(have, want)
	return ok && (rest == "" || strings.ContainsAny(rest[:1], "+~"))
}
