package reports

import (
	"encoding/json"
	"math"
	"strconv"
)

// shape is how a curve is drawn.
type shape string

const (
	line shape = "line"
	step shape = "step" // holds until the next value
	bars shape = "bars"
)

// series is one curve over the buckets of the axis.
type series struct {
	Name   string
	Class  string // names the colour and the dash
	Shape  shape
	Values []float64 // one per bucket, NaN for none
	Reach  int       // buckets over which a value holds; a longer silence breaks the curve
	Raw    string    // unit of the raw value, where the axis shows a ratio
	Factor float64   // raw value = value * Factor; 0: the axis shows the raw value
}

// highest is the largest value; NaN of nothing.
func (s series) highest() float64 {
	top := math.NaN()
	for _, v := range s.Values {
		if !math.IsNaN(v) && !(v <= top) {
			top = v
		}
	}
	return top
}

// at is the value that holds in bucket i.
func (s series) at(i int) float64 {
	for back := 0; back < max(s.Reach, 1) && i-back >= 0; back++ {
		if v := s.Values[i-back]; !math.IsNaN(v) {
			return v
		}
	}
	return math.NaN()
}

// compact is a curve in JSON: four digits, null for none.
type compact []float64

// MarshalJSON writes infinities, which JSON has no number for, as null too.
func (c compact) MarshalJSON() ([]byte, error) {
	out := make([]json.RawMessage, len(c))
	for i, v := range c {
		out[i] = json.RawMessage("null")
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			out[i] = json.RawMessage(strconv.FormatFloat(v, 'g', 4, 64))
		}
	}
	return json.Marshal(out)
}
