// Package heap keeps a load generator's memory in hand: rare collections while
// the heap is small, a heap that stays near what lives on it while it is large,
// and a warning before the machine's memory is used up.
package heap

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"
)

// The garbage that may pile up between two collections: at least minSlack,
// which makes them rare in a small process, and maxPercent of what lives, so
// that thousands of virtual users cost little more than they hold.
const (
	minSlack   = 16 << 20
	maxPercent = 35
)

// period is how often Keep looks at the heap.
const period = 250 * time.Millisecond

// Keep tunes the collector until ctx ends, and calls full once if the heap
// grows beyond limit bytes. It takes back what it set.
func Keep(ctx context.Context, limit uint64, full func(used uint64)) {
	defer debug.SetGCPercent(debug.SetGCPercent(percent(live())))
	tick := time.NewTicker(period)
	defer tick.Stop()
	told := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		debug.SetGCPercent(percent(live()))
		if used := inUse(); used > limit && !told {
			told = true
			full(used)
		}
	}
}

// percent is the setting of the collector for so much that lives.
func percent(live uint64) int {
	if live == 0 {
		return 400
	}
	return int(min(max(minSlack*100/live, maxPercent), 1<<20))
}

// live is what lived on the heap at the last collection, in bytes.
func live() uint64 { return read("/gc/heap/live:bytes") }

// inUse is what is on the heap, garbage included, in bytes.
func inUse() uint64 { return read("/memory/classes/heap/objects:bytes") }

func read(name string) uint64 {
	s := []metrics.Sample{{Name: name}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return s[0].Value.Uint64()
}

// share of the memory that there is which the heap may use.
const share = 0.8

// Limit is how large the heap may grow on this machine, within its control
// group, in bytes.
func Limit() (uint64, error) {
	available, err := memInfo("/proc/meminfo", "MemAvailable:")
	if err != nil {
		return 0, err
	}
	if group, ok := groupLimit("/sys/fs/cgroup"); ok {
		available = min(available, group)
	}
	return uint64(share * float64(available)), nil
}

func memInfo(path, key string) (uint64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("find out how much memory there is: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) >= 2 && fields[0] == key {
			kib, err := strconv.ParseUint(fields[1], 10, 64)
			if err != nil {
				return 0, fmt.Errorf("find out how much memory there is: %s: %w", path, err)
			}
			return kib << 10, nil
		}
	}
	return 0, fmt.Errorf("find out how much memory there is: %s has no line %s", path, key)
}

// groupLimit is the memory limit of the control group that root is mounted
// for, of version 2 or 1; false if there is none.
func groupLimit(root string) (uint64, bool) {
	for _, name := range []string{"memory.max", "memory/memory.limit_in_bytes"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			continue
		}
		if n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64); err == nil && n < 1<<60 {
			return n, true
		}
	}
	return 0, false
}
