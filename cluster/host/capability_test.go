package host

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestParseBoundingSet(t *testing.T) {
	for _, tc := range []struct {
		name, status string
		want         capabilitySet
		err          string
	}{
		{name: "all", status: "CapEff:\t0000000000000000\nCapBnd:\t000001ffffffffff\nCapAmb:\t0\n", want: 1<<41 - 1},
		{name: "hardened host", status: "CapBnd:\t000001fffeffffff\n", want: 1<<41 - 1 - 1<<24},
		{name: "none", status: "CapBnd:\t0000000000000000\n", want: 0},
		{name: "no line", status: "CapEff:\tff\n", err: "no CapBnd line"},
		{name: "no number", status: "CapBnd:\tmany\n", err: "invalid syntax"},
		{name: "empty", status: "", err: "no CapBnd line"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := parseBoundingSet(strings.NewReader(tc.status))
			if tc.err != "" {
				if err == nil || !strings.Contains(err.Error(), tc.err) {
					t.Fatalf("error %v, want one with %q", err, tc.err)
				}
				return
			}
			if err != nil || got != tc.want {
				t.Fatalf("got %x, %v; want %x", got, err, tc.want)
			}
		})
	}
}

func TestMissingNamesWhatTheSetLacks(t *testing.T) {
	const all = capabilitySet(1<<41 - 1)
	for _, tc := range []struct {
		set  capabilitySet
		last int
		want []string
	}{
		{all, 40, nil},
		{all &^ (1 << 24), 40, []string{"CAP_SYS_RESOURCE"}},
		{all &^ (1<<0 | 1<<40), 40, []string{"CAP_CHOWN", "CAP_CHECKPOINT_RESTORE"}},
		{all &^ (1 << 40), 39, nil}, // a kernel that does not know number 40
		{all, 60, nil},              // a kernel that knows more than this program
	} {
		if got := tc.set.missing(tc.last); !slices.Equal(got, tc.want) {
			t.Errorf("%x up to %d lacks %v, want %v", tc.set, tc.last, got, tc.want)
		}
	}
}

func TestHasLeavesUnknownNamesToTheKernel(t *testing.T) {
	if !capabilitySet(0).has("CAP_OF_THE_FUTURE") || capabilitySet(0).has("CAP_BPF") || !capabilitySet(1<<39).has("CAP_BPF") {
		t.Error("want unknown names held, known ones as their bit says")
	}
}

func FuzzParseBoundingSet(f *testing.F) {
	f.Add("CapBnd:\t000001fffeffffff\n")
	f.Add("CapBnd:")
	f.Fuzz(func(t *testing.T, status string) {
		set, err := parseBoundingSet(strings.NewReader(status))
		if err != nil {
			return
		}
		again, err := parseBoundingSet(strings.NewReader(fmt.Sprintf("CapBnd:\t%016x\n", uint64(set))))
		if err != nil || again != set {
			t.Fatalf("%x read back as %x, %v", set, again, err)
		}
	})
}
