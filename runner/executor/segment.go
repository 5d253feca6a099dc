package executor

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Segment is the share of one instance among several that run the same test
// together: which of the virtual users, iterations and arrivals are its own.
// Shares are disjoint and add up to the whole, and each instance computes its
// own without asking the others. The zero value is the whole. It is immutable.
type Segment struct {
	text  string
	cycle uint64 // the pattern of who takes what repeats after so many
	mine  []uint64
}

// maxCycle bounds the pattern; a finer division than this is a slip.
const maxCycle = 1 << 16

// ParseSegment reads a segment such as "1/4:1/2", "25%" or "0.5:1", and the
// sequence of all segments such as "0,1/4,1/2,1"; an empty sequence is made of
// the segment's own ends.
func ParseSegment(segment, sequence string) (Segment, error) {
	from, to, err := parseRange(segment)
	if err != nil {
		return Segment{}, err
	}
	ends := []*big.Rat{new(big.Rat), from, to, big.NewRat(1, 1)}
	if sequence != "" {
		if ends, err = parseSequence(sequence); err != nil {
			return Segment{}, err
		}
	}
	ends = slices.CompactFunc(ends, func(a, b *big.Rat) bool { return a.Cmp(b) == 0 })
	i := slices.IndexFunc(ends, func(r *big.Rat) bool { return r.Cmp(from) == 0 })
	if i < 0 || i+1 >= len(ends) || ends[i+1].Cmp(to) != 0 {
		return Segment{}, fmt.Errorf("the segment %q is none of the sequence %q", segment, sequence)
	}
	return stripe(segment, ends, i)
}

func parseRange(text string) (from, to *big.Rat, err error) {
	if text == "" {
		text = "0:1"
	}
	a, b, ranged := strings.Cut(text, ":")
	if !ranged {
		a, b = "0", a
	}
	if from, err = parseFraction(a); err == nil {
		to, err = parseFraction(b)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("the segment %q: %w", text, err)
	}
	if from.Cmp(to) >= 0 {
		return nil, nil, fmt.Errorf("the segment %q is empty: write it like \"1/4:1/2\"", text)
	}
	return from, to, nil
}

func parseSequence(text string) ([]*big.Rat, error) {
	var ends []*big.Rat
	for part := range strings.SplitSeq(text, ",") {
		r, err := parseFraction(part)
		if err != nil {
			return nil, fmt.Errorf("the segment sequence %q: %w", text, err)
		}
		if n := len(ends); n > 0 && ends[n-1].Cmp(r) >= 0 {
			return nil, fmt.Errorf("the segment sequence %q does not rise", text)
		}
		ends = append(ends, r)
	}
	if ends[0].Sign() != 0 || ends[len(ends)-1].Cmp(big.NewRat(1, 1)) != 0 {
		return nil, fmt.Errorf("the segment sequence %q does not go from 0 to 1", text)
	}
	return ends, nil
}

// parseFraction reads "1/4", "25%" or "0.25".
func parseFraction(text string) (*big.Rat, error) {
	s := strings.TrimSpace(text)
	number, percent := strings.CutSuffix(s, "%")
	if len(number) > 32 || strings.Trim(number, "0123456789./") != "" {
		return nil, fmt.Errorf("%q is no fraction: write it like 1/4, 25%% or 0.25", text)
	}
	r, ok := new(big.Rat).SetString(number)
	if !ok {
		return nil, fmt.Errorf("%q is no fraction: write it like 1/4, 25%% or 0.25", text)
	}
	if percent {
		r.Quo(r, big.NewRat(100, 1))
	}
	if r.Cmp(big.NewRat(1, 1)) > 0 {
		return nil, fmt.Errorf("%q is more than the whole", text)
	}
	return r, nil
}

// stripe deals out the places of one cycle: each goes to the segment that is
// farthest behind its share, the first of equals. So the shares are spread
// evenly, and every instance comes to the same result.
func stripe(text string, ends []*big.Rat, own int) (Segment, error) {
	common := big.NewInt(1)
	for _, r := range ends {
		gcd := new(big.Int).GCD(nil, nil, common, r.Denom())
		common.Mul(common, new(big.Int).Quo(r.Denom(), gcd))
		if !common.IsInt64() || common.Int64() > maxCycle {
			return Segment{}, fmt.Errorf("the segments have no common denominator up to %d", maxCycle)
		}
	}
	cycle := common.Int64()
	sizes := make([]int64, len(ends)-1)
	for i := range sizes {
		d := new(big.Rat).Sub(ends[i+1], ends[i])
		sizes[i] = new(big.Rat).Mul(d, big.NewRat(cycle, 1)).Num().Int64()
	}
	s := Segment{text: text, cycle: uint64(cycle)}
	given := make([]int64, len(sizes))
	for place := range cycle {
		best := 0
		for i := range sizes {
			behind := func(i int) int64 { return sizes[i]*(place+1) - given[i]*cycle }
			if behind(i) > behind(best) {
				best = i
			}
		}
		given[best]++
		if best == own {
			s.mine = append(s.mine, uint64(place))
		}
	}
	if len(s.mine) == int(cycle) {
		return Segment{}, nil
	}
	return s, nil
}

// Whole tells whether the segment is everything.
func (s Segment) Whole() bool { return s.cycle == 0 }

// String is the segment as it was written; "0:1" for the whole.
func (s Segment) String() string {
	if s.Whole() {
		return "0:1"
	}
	return s.text
}

// Share is how many of n, numbered from 0, are the segment's.
func (s Segment) Share(n uint64) uint64 {
	if s.Whole() {
		return n
	}
	rest, _ := slices.BinarySearch(s.mine, n%s.cycle)
	return n/s.cycle*uint64(len(s.mine)) + uint64(rest)
}

// Global is the number that the segment's own n-th has in the whole, both
// from 0.
func (s Segment) Global(n uint64) uint64 {
	if s.Whole() {
		return n
	}
	size := uint64(len(s.mine))
	return n/size*s.cycle + s.mine[n%size]
}
