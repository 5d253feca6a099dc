package heap

import (
	"context"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"
)

func TestPercent(t *testing.T) {
	for live, want := range map[uint64]int{0: 400, minSlack: 100, minSlack / 4: 400, 1 << 30: maxPercent, 32 << 20: 50} {
		if got := percent(live); got != want {
			t.Errorf("%d bytes live: %d, want %d", live, got, want)
		}
	}
}

func TestKeepTellsOnceAndTakesBack(t *testing.T) {
	before := debug.SetGCPercent(123)
	defer debug.SetGCPercent(before)
	ctx, cancel := context.WithTimeout(t.Context(), 4*period)
	defer cancel()
	told := 0
	Keep(ctx, 1, func(used uint64) {
		if told++; used < 1<<10 {
			t.Errorf("%d bytes are used", used)
		}
	})
	if told != 1 {
		t.Errorf("told %d times, want once", told)
	}
	if got := debug.SetGCPercent(123); got != 123 {
		t.Errorf("the collector is left at %d", got)
	}
	if limit, err := Limit(); err != nil || limit < 64<<20 {
		t.Errorf("limit %d, %v", limit, err)
	}
}

func TestGroupLimit(t *testing.T) {
	for name, tt := range map[string]struct {
		file, text string
		want       uint64
		ok         bool
	}{
		"version 2": {"memory.max", "1048576\n", 1 << 20, true}, "none": {"memory.max", "max\n", 0, false},
		"version 1": {"memory/memory.limit_in_bytes", "2097152\n", 2 << 20, true},
		"unlimited": {"memory/memory.limit_in_bytes", "9223372036854771712\n", 0, false},
	} {
		root := t.TempDir()
		path := filepath.Join(root, tt.file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(tt.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got, ok := groupLimit(root); got != tt.want || ok != tt.ok {
			t.Errorf("%s: %d, %t", name, got, ok)
		}
	}
}
