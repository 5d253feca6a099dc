package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// fixAdvice is what helps against everything that Fix mends.
const fixAdvice = "run `headroom doctor --fix` as root"

const gib = 1 << 30

// Resources below the least fail; below the comfortable a run may be slow.
const (
	leastCores        = 2
	comfortableCores  = 4
	leastMemory       = 4 * gib
	comfortableMemory = 8 * gib
	comfortableDisk   = 25 * gib
	// leastDisk is what the nodes of a new cluster take: each holds the images
	// for itself. One that stands already grows by little.
	leastDisk         = 10 * gib
	leastDiskStanding = gib
)

// watchLimits are the kernel's limits that kind nodes use up first.
var watchLimits = []struct {
	file string
	want int64
}{
	{"/proc/sys/fs/inotify/max_user_instances", 1024},
	{"/proc/sys/fs/inotify/max_user_watches", 524288},
}

// graded judges an amount against its two limits.
func graded(name, detail string, have, least, comfortable uint64, advice string) Check {
	c := Check{Name: name, Status: OK, Detail: detail}
	switch {
	case have < least:
		c.Status, c.Advice = Failure, advice
	case have < comfortable:
		c.Status, c.Advice = Warning, advice
	}
	return c
}

func checkCores() Check {
	n := runtime.NumCPU()
	return graded("processor cores", strconv.Itoa(n), uint64(n), leastCores, comfortableCores,
		fmt.Sprintf("%d cores are needed; below %d a run at full load may be judged inconclusive", leastCores, comfortableCores))
}

func checkMemory() Check {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return Check{"memory", Failure, err.Error(), "mount /proc"}
	}
	available, err := availableMemory(string(text))
	if err != nil {
		return Check{"memory", Failure, err.Error(), "report this as a bug"}
	}
	return graded("memory", inGiB(available)+" available", available, leastMemory, comfortableMemory,
		fmt.Sprintf("%s are needed, %s are comfortable: stop other programs", inGiB(leastMemory), inGiB(comfortableMemory)))
}

// availableMemory reads MemAvailable, in bytes, from the text of /proc/meminfo.
func availableMemory(meminfo string) (uint64, error) {
	for line := range strings.Lines(meminfo) {
		fields := strings.Fields(line)
		if len(fields) == 3 && fields[0] == "MemAvailable:" && fields[2] == "kB" {
			kib, err := strconv.ParseUint(fields[1], 10, 54)
			if err != nil {
				return 0, fmt.Errorf("parse /proc/meminfo: %w", err)
			}
			return kib << 10, nil
		}
	}
	return 0, errors.New("parse /proc/meminfo: no line MemAvailable")
}

// checkDisk looks at the space left for dir, or for the nearest folder above
// it that exists. standing says that the cluster is there already.
func checkDisk(name, dir string, standing bool) Check {
	var stat unix.Statfs_t
	err := unix.Statfs(dir, &stat)
	for at := dir; errors.Is(err, fs.ErrNotExist) && filepath.Dir(at) != at; {
		at = filepath.Dir(at)
		err = unix.Statfs(at, &stat)
	}
	if err != nil {
		return Check{name, Failure, fmt.Sprintf("space left in %s: %v", dir, err), "make the folder readable"}
	}
	free := stat.Bavail * uint64(stat.Bsize)
	least := uint64(leastDisk)
	if standing {
		least = leastDiskStanding
	}
	return graded(name, fmt.Sprintf("%s free in %s", inGiB(free), dir), free, least, comfortableDisk,
		fmt.Sprintf("%s are needed, %s where images are built: free some; `headroom images prune` removes what is stale", inGiB(least), inGiB(comfortableDisk)))
}

func checkWatchLimits() Check {
	c := Check{Name: "inotify limits", Status: OK}
	var found []string
	for _, limit := range watchLimits {
		have, err := readNumber(limit.file)
		if err != nil {
			return Check{c.Name, Warning, err.Error(), "mount /proc"}
		}
		found = append(found, fmt.Sprintf("%s %d", filepath.Base(limit.file), have))
		if have < limit.want {
			c.Status = Warning
			c.Advice = "nodes may fail with \"too many open files\": " + fixAdvice
		}
	}
	c.Detail = strings.Join(found, ", ")
	return c
}

func checkRoot() Check {
	if os.Geteuid() == 0 {
		return Check{Name: "user", Status: OK, Detail: "root"}
	}
	return Check{"user", Warning, "not root", "images can only be built, and the host mended, as root"}
}

// checkPrivileged tries what every node needs. docker is the engine's check:
// without an engine there is nothing to try.
func checkPrivileged(ctx context.Context, docker Check) Check {
	const name = "privileged container"
	if docker.Status == Failure {
		return notTried(name, "not tried: it takes a working Docker engine")
	}
	if err := startPrivileged(ctx); err != nil {
		advice := "see the Docker engine's log"
		if missing, capErr := MissingCapabilities(); capErr == nil && len(missing) > 0 {
			advice = fmt.Sprintf("this host withholds %s: %s", strings.Join(missing, ", "), fixAdvice)
		}
		return Check{name, Failure, oneLine(err.Error()), advice}
	}
	return Check{Name: name, Status: OK, Detail: "starts"}
}

func readNumber(file string) (int64, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, fmt.Errorf("read a kernel limit: %w", err)
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("parse %s: %w", file, err)
	}
	return n, nil
}

func inGiB(bytes uint64) string { return fmt.Sprintf("%.1f GiB", float64(bytes)/gib) }

// oneLine keeps a check on one line.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
