package platform

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func writeProc(t *testing.T, dir, stat, meminfo string) {
	t.Helper()
	for name, content := range map[string]string{"stat": stat, "meminfo": meminfo} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestResourceUsage(t *testing.T) {
	dir, now := t.TempDir(), time.Unix(1000, 0)
	const memory = "MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    400 kB\n"
	writeProc(t, dir, "cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 1 2 3\n", memory)
	r := newResourceUsage(dir, func() time.Time { return now })
	if got := values(t, r); !slices.Equal(got, []float64{60}) {
		t.Errorf("at once: %v, want memory at 60 %% and no CPU: there is no time to measure over", got)
	}
	// 200 ticks more: 100 busy (70 user, 10 system, 20 stolen), 60 idle, 40 waiting for a disk.
	writeProc(t, dir, "cpu  170 0 110 760 140 0 0 20 99 0\n", memory)
	now = now.Add(5 * time.Second)
	if got := values(t, r); !slices.Equal(got, []float64{50, 60}) {
		t.Errorf("after 5 s: %v, want CPU 50 %%, memory 60 %%", got)
	}
	writeProc(t, dir, "cpu  999 0 110 760 140 0 0 20 99 0\n", memory)
	now = now.Add(100 * time.Millisecond)
	if got := values(t, r); !slices.Equal(got, []float64{50, 60}) {
		t.Errorf("100 ms later: %v, want the last values", got)
	}
}

func TestResourceUsageIsSilentWithoutSource(t *testing.T) {
	now := time.Unix(1000, 0)
	for name, files := range map[string][2]string{
		"empty":   {"", ""},
		"strange": {"cpu  a b c d e f g h\n", "MemTotal: 100 kB\n"},
	} {
		dir := t.TempDir()
		writeProc(t, dir, files[0], files[1])
		r := newResourceUsage(dir, func() time.Time { return now })
		now = now.Add(time.Minute)
		if got := values(t, r); len(got) != 0 {
			t.Errorf("%s: %v, want no series", name, got)
		}
	}
	if got := values(t, newResourceUsage("/nowhere", time.Now)); len(got) != 0 {
		t.Errorf("no /proc: %v, want no series", got)
	}
}
