// Package arrival says when each request of an open-model load is due. A
// schedule is a function of the arrival's number alone: no clock, no sleep and
// no memory, so that a generator that fell behind can tell by how much.
package arrival

import (
	"fmt"
	"math"
	"sort"
	"time"
)

// MaxRate bounds a rate, in arrivals per second. Beyond it neighbouring
// arrivals fall into the same few nanoseconds and due times mean nothing.
const MaxRate = 1e7

// MaxCount bounds the arrivals of one schedule: every number up to it is
// exact as a float64.
const MaxCount = 1 << 53

// Segment drives the rate linearly from From to To, in arrivals per second,
// over Duration. From == To is a constant rate, zero a pause.
type Segment struct {
	Duration time.Duration
	From, To float64
}

// area is the number of arrivals that the segment is worth, not rounded.
func (s Segment) area() float64 {
	return (s.From + s.To) / 2 * s.Duration.Seconds()
}

// Schedule is a sequence of segments. The zero value has no arrivals. It is
// immutable and safe for concurrent use.
type Schedule struct {
	pieces   []piece
	duration time.Duration
}

// piece is a segment with what came before it.
type piece struct {
	Segment
	offset     time.Duration // when it begins
	start, end float64       // integral of the rate at its begin and its end
}

// New returns the schedule of the segments, one after the other. It refuses
// negative durations, rates outside 0..MaxRate (NaN included) and schedules
// of more than MaxCount arrivals.
func New(segments ...Segment) (Schedule, error) {
	var s Schedule
	var integral float64
	for i, g := range segments {
		if err := g.check(); err != nil {
			return Schedule{}, fmt.Errorf("segment %d: %w", i, err)
		}
		end := snap(integral + g.area())
		if end > MaxCount || s.duration > math.MaxInt64-g.Duration {
			return Schedule{}, fmt.Errorf("segment %d: the schedule exceeds %d arrivals or 292 years", i, uint64(MaxCount))
		}
		s.pieces = append(s.pieces, piece{Segment: g, offset: s.duration, start: integral, end: end})
		s.duration += g.Duration
		integral = end
	}
	return s, nil
}

func (s Segment) check() error {
	if s.Duration < 0 {
		return fmt.Errorf("duration %v is negative", s.Duration)
	}
	for _, r := range []float64{s.From, s.To} {
		if !(r >= 0 && r <= MaxRate) {
			return fmt.Errorf("rate %v/s is not between 0 and %.0f/s", r, float64(MaxRate))
		}
	}
	return nil
}

// snap removes the noise of summing: 0.1/s for 30 s is worth 3 arrivals, not
// 3.0000000000000004, which would be a fourth in the last nanosecond.
func snap(x float64) float64 {
	if r := math.Round(x); math.Abs(x-r) <= max(1e-9, 1e-13*x) {
		return r
	}
	return x
}

// Count is the number of arrivals: the integral of the rate, rounded up. The
// first arrival of a whole second at 10/s is due at its begin and the tenth
// 0.9 s later, so that schedules of whole areas add up without a gap or a
// double at the seam.
func (s Schedule) Count() uint64 { return uint64(math.Ceil(s.total())) }

// Segments are those that the schedule was made of.
func (s Schedule) Segments() []Segment {
	list := make([]Segment, len(s.pieces))
	for i, p := range s.pieces {
		list[i] = p.Segment
	}
	return list
}

// Duration is the sum of the segments' durations.
func (s Schedule) Duration() time.Duration { return s.duration }

func (s Schedule) total() float64 {
	if len(s.pieces) == 0 {
		return 0
	}
	return s.pieces[len(s.pieces)-1].end
}

// Due returns when arrival n, counted from 0, is due, as an offset from the
// start of the schedule: the moment from which on the integral of the rate
// exceeds n. Arrival 0 is due at the first instant with a rate above zero,
// and none is due within a pause. ok is false if there is no arrival n.
func (s Schedule) Due(n uint64) (offset time.Duration, ok bool) {
	if n >= s.Count() {
		return 0, false
	}
	i := sort.Search(len(s.pieces), func(i int) bool { return s.pieces[i].end > float64(n) })
	p := s.pieces[i]
	return p.offset + p.inverse(float64(n)-p.start), true
}

// inverse solves a*t + (b-a)/(2T)*t^2 = m for t. The form that divides by the
// root is free of cancellation for rising, falling and constant rates alike.
func (p piece) inverse(m float64) time.Duration {
	if m <= 0 {
		return 0
	}
	slope := (p.To - p.From) / p.Duration.Seconds()
	root := math.Sqrt(max(p.From*p.From+2*slope*m, 0))
	t := 2 * m / (p.From + root) * float64(time.Second)
	if !(t < float64(p.Duration)) {
		return p.Duration
	}
	return time.Duration(math.Round(t))
}

// Expected is the integral of the rate from the start to offset t: how many
// arrivals are due by then, not rounded.
func (s Schedule) Expected(t time.Duration) float64 {
	i := s.at(t)
	switch {
	case t <= 0:
		return 0
	case i == len(s.pieces):
		return s.total()
	}
	p := s.pieces[i]
	part := Segment{Duration: t - p.offset, From: p.From, To: p.rateAt(t)}
	return min(p.start+part.area(), p.end)
}

// RateAt is the rate at offset t, in arrivals per second. Where two segments
// meet the later one counts; before the start and from the end on it is zero.
func (s Schedule) RateAt(t time.Duration) float64 {
	i := s.at(t)
	if t < 0 || i == len(s.pieces) {
		return 0
	}
	return s.pieces[i].rateAt(t)
}

// at returns the index of the piece that is under way at t.
func (s Schedule) at(t time.Duration) int {
	return sort.Search(len(s.pieces), func(i int) bool {
		p := s.pieces[i]
		return p.offset+p.Duration > t
	})
}

func (p piece) rateAt(t time.Duration) float64 {
	return p.From + (p.To-p.From)*(float64(t-p.offset)/float64(p.Duration))
}
