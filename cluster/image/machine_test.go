package image

import (
	"errors"
	"strings"
	"testing"
)

func TestMachineSlots(t *testing.T) {
	const gib = 1 << 30
	for _, tt := range []struct {
		cores  int
		memory int64
		heavy  int
	}{{1, 24 * gib, 2}, {2, 24 * gib, 2}, {2, 7 * gib, 1}, {2, 0, 1}, {16, 64 * gib, 3}, {16, 9 * gib, 2}} {
		if got := machineSlots(tt.cores, tt.memory); got.heavy != tt.heavy || got.light < 1 {
			t.Errorf("%d cores and %d GiB give %+v, want %d heavy", tt.cores, tt.memory/gib, got, tt.heavy)
		}
	}
}

func TestParseMemAvailable(t *testing.T) {
	for in, want := range map[string]int64{
		"MemTotal: 9 kB\nMemAvailable:   22000000 kB\nx": 22000000 << 10,
		"MemTotal: 9 kB\n":        0,
		"MemAvailable: lots kB\n": 0,
		"":                        0,
	} {
		if got := parseMemAvailable(strings.NewReader(in)); got != want {
			t.Errorf("%q: %d, want %d", in, got, want)
		}
	}
}

func FuzzMemAvailable(f *testing.F) {
	f.Add("MemAvailable:   22000000 kB\n")
	f.Add("MemAvailable:")
	f.Fuzz(func(_ *testing.T, in string) { parseMemAvailable(strings.NewReader(in)) })
}

func TestRoomFor(t *testing.T) {
	const gib = 1 << 30
	disks := func(dir string) (uint64, int64, error) {
		switch dir {
		case "/cache", "/gocache":
			return 1, 10 * gib, nil
		case "/docker":
			return 2, 3 * gib, nil
		}
		return 0, 0, errors.New("no such disk")
	}
	for name, tt := range map[string]struct {
		need map[string]int64
		want string
	}{
		"room":               {map[string]int64{"/cache": 4 * gib, "/gocache": 5 * gib, "/docker": 3 * gib}, ""},
		"two on one disk":    {map[string]int64{"/cache": 6 * gib, "/gocache": 5 * gib}, "needs about 11.0 GiB of disk for /cache, /gocache, and 10.0 GiB is free"},
		"Docker's own disk":  {map[string]int64{"/cache": gib, "/docker": 4 * gib}, "4.0 GiB of disk for /docker, and 3.0 GiB is free"},
		"cannot be measured": {map[string]int64{"/gone": 1}, "measure free space for /gone"},
	} {
		err := roomFor(tt.need, disks)
		if (err == nil) != (tt.want == "") || (err != nil && !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: error %v, want %q", name, err, tt.want)
		}
	}
}

func TestFreeSpaceOfAFolderThatIsNotThereYet(t *testing.T) {
	dir := t.TempDir()
	device, free, err := freeSpace(dir + "/not/yet")
	want, _, wantErr := freeSpace(dir)
	if err != nil || wantErr != nil || device != want || free <= 0 {
		t.Errorf("device %d with %d bytes, %v; want device %d, %v", device, free, err, want, wantErr)
	}
}
