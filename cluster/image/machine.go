package image

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/artisan-platform/headroom/runner/command"
)

// heavyMemory is what a build that links several large programs takes, in bytes.
const heavyMemory = 4 << 30

// maxHeavy bounds the builds side by side: each already uses every core, and a
// second one only fills the gaps while the first downloads and links.
const maxHeavy = 3

// machineSlots is how many tasks this machine runs side by side.
func machineSlots(cores int, memory int64) slots {
	heavy := min(max(2, cores/2), maxHeavy, int(memory/heavyMemory))
	return slots{heavy: max(1, heavy), light: 2}
}

// memoryAvailable is the kernel's estimate of memory for new programs, in
// bytes; 0 where it cannot be told, which is taken as little.
func memoryAvailable() int64 {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0
	}
	defer f.Close() // opened for reading: closing it loses nothing
	return parseMemAvailable(f)
}

func parseMemAvailable(r io.Reader) int64 {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		rest, ok := strings.CutPrefix(lines.Text(), "MemAvailable:")
		if !ok {
			continue
		}
		kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
		if err != nil {
			return 0
		}
		return kib << 10
	}
	return 0
}

// checkTools fails before any work if a tool that the tasks need is missing.
func checkTools(tasks []*task) error {
	debian := slices.ContainsFunc(tasks, func(t *task) bool { return t.id.Kind == kindBase || t.id.Kind == kindDebian })
	if !debian {
		return nil
	}
	if os.Geteuid() != 0 {
		return errors.New("building images installs Debian packages into a root file system of its own, which needs root: run headroom as root, or use --images registry")
	}
	var missing []string
	for _, tool := range []string{"debootstrap", "unshare", "chroot"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing = append(missing, tool)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("building images needs %s: run `headroom doctor --fix`", strings.Join(missing, ", "))
	}
	return nil
}

// checkDisk fails before any work if a disk lacks room for it.
func checkDisk(ctx context.Context, p *planner, tasks []*task) error {
	need := map[string]int64{} // bytes by folder
	goCache := ""
	for _, t := range tasks {
		dir := p.store.dir
		switch t.id.Kind {
		case kindGo:
			if goCache == "" {
				out, err := command.Run(ctx, "go", "env", "GOCACHE")
				if err != nil {
					return fmt.Errorf("find the Go build cache: %w", err)
				}
				goCache = strings.TrimSpace(out)
			}
			dir = goCache
		case kindNode:
			dir = p.docker.root(ctx)
		}
		need[dir] += t.disk
	}
	return roomFor(need, freeSpace)
}

// roomFor holds what folders need against the disks that they are on.
func roomFor(need map[string]int64, free func(dir string) (device uint64, bytes int64, err error)) error {
	type disk struct {
		need, have int64
		dirs       []string
	}
	disks := map[uint64]*disk{}
	for dir, bytes := range need {
		device, have, err := free(dir)
		if err != nil {
			return fmt.Errorf("measure free space for %s: %w", dir, err)
		}
		if disks[device] == nil {
			disks[device] = &disk{have: have}
		}
		disks[device].need += bytes
		disks[device].dirs = append(disks[device].dirs, dir)
	}
	for _, d := range disks {
		if d.need > d.have {
			slices.Sort(d.dirs)
			return fmt.Errorf("building the images needs about %s of disk for %s, and %s is free: make room, or set HEADROOM_CACHE to a folder on another disk",
				gibibytes(d.need), strings.Join(d.dirs, ", "), gibibytes(d.have))
		}
	}
	return nil
}

func gibibytes(n int64) string { return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30)) }

// freeSpace is the device of dir, or of the nearest folder above it that
// exists, and the bytes free there.
func freeSpace(dir string) (device uint64, bytes int64, err error) {
	var st syscall.Stat_t
	for err = syscall.Stat(dir, &st); errors.Is(err, os.ErrNotExist) && dir != filepath.Dir(dir); err = syscall.Stat(dir, &st) {
		dir = filepath.Dir(dir)
	}
	if err != nil {
		return 0, 0, err
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, 0, err
	}
	return st.Dev, int64(fs.Bavail) * fs.Bsize, nil
}
