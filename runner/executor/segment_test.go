package executor

import (
	"strings"
	"testing"
)

func TestSegmentsAreDisjointAndAddUp(t *testing.T) {
	for _, sequence := range []string{"0,1", "0,1/2,1", "0,1/4,1/2,1", "0,1/3,2/3,1", "0,10%,0.15,1/2,1", "0,1/7,2/7,1"} {
		ends := strings.Split(sequence, ",")
		segments := make([]Segment, len(ends)-1)
		for i := range segments {
			var err error
			if segments[i], err = ParseSegment(ends[i]+":"+ends[i+1], sequence); err != nil {
				t.Fatal(err)
			}
		}
		const n = 1000
		owner := make(map[uint64]int)
		for i, s := range segments {
			for k := range s.Share(n) {
				g := s.Global(k)
				if other, taken := owner[g]; taken {
					t.Fatalf("%s: %d is of segments %d and %d", sequence, g, other, i)
				}
				if owner[g] = i; g >= n {
					t.Fatalf("%s: the share of %d of segment %d holds %d", sequence, n, i, g)
				}
			}
		}
		if len(owner) != n {
			t.Errorf("%s: %d of %d are owned", sequence, len(owner), n)
		}
	}
}

func TestShares(t *testing.T) {
	for _, tt := range []struct {
		segment, sequence string
		n, share          uint64
	}{
		{"0:1/2", "", 10, 5}, {"0:1/2", "", 1, 1}, {"1/2:1", "", 1, 0}, {"25%", "", 100, 25}, {"1/4:1/2", "0,1/4,1/2,1", 100, 25},
		{"0.5:1", "", 7, 3}, {"0:1", "", 7, 7}, {"1", "", 7, 7}, {"1/2:1", "0,1/4,1/2,1", 1000, 500},
	} {
		s, err := ParseSegment(tt.segment, tt.sequence)
		if err != nil {
			t.Errorf("%s: %v", tt.segment, err)
			continue
		}
		if got := s.Share(tt.n); got != tt.share {
			t.Errorf("%s of %d: %d, want %d", tt.segment, tt.n, got, tt.share)
		}
	}
}

func TestBadSegments(t *testing.T) {
	for segment, sequence := range map[string]string{
		"1/2:1/4": "", "x": "", "0:2": "", "1/2:1/2": "", "-1:1": "", "0:1/4": "0,1/2,1", "1/4:1": "0,1/4,1/2,1",
		"0:1/2": "0,1/2", "0:1/3": "0,1/3,1/3,1", "0:1/100003": "", "1e9": "", "0:1/0": "",
	} {
		if s, err := ParseSegment(segment, sequence); err == nil {
			t.Errorf("%s of %q: got %+v", segment, sequence, s)
		}
	}
}

func FuzzParseSegment(f *testing.F) {
	f.Add("1/4:1/2", "0,1/4,1/2,1")
	f.Add("25%", "")
	f.Fuzz(func(t *testing.T, segment, sequence string) {
		s, err := ParseSegment(segment, sequence)
		if err != nil {
			return
		}
		n := s.Share(997)
		if n > 997 || (n > 0 && s.Global(n-1) >= 997) || s.Global(n) < 997 {
			t.Errorf("%q of %q: share %d of 997", segment, sequence, n)
		}
	})
}
