package artisan

import (
	"fmt"
	"math"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/arrival"
)

// maxRate bounds a rate, in requests a second: beyond it one machine drives
// nothing but its own network.
const maxRate = 1e6

// maxLength bounds an attack.
const maxLength = 24 * time.Hour

// schedule reads when the requests of an attack are due: a constant rate, or
// stages, or a sine.
func (o options) schedule() arrival.Schedule {
	given := 0
	for _, key := range []string{"rate", "stages", "sine"} {
		if o.has(key) {
			given++
		}
	}
	if given != 1 {
		o.m.typeError("%s needs exactly one of rate, stages and sine, and got %d of them", o.where, given)
	}
	var segments []arrival.Segment
	switch {
	case o.has("rate"):
		r := o.rate("rate", o.get("rate"))
		segments = []arrival.Segment{{Duration: o.length(), From: r, To: r}}
	case o.has("stages"):
		segments = o.stages()
	default:
		segments = o.sine()
	}
	s, err := arrival.New(segments...)
	if err != nil {
		o.m.typeError("%s: %v", o.where, err)
	}
	if s.Duration() > maxLength {
		o.m.typeError("%s: it lasts %v, more than %v", o.where, s.Duration(), maxLength)
	}
	if s.Count() == 0 {
		o.m.typeError("%s: no request is ever due: give a rate above 0 and a duration", o.where)
	}
	return s
}

// length reads the duration of an attack that needs one.
func (o options) length() time.Duration {
	if !o.has("duration") {
		o.m.typeError("%s needs a duration, such as \"30s\"", o.where)
	}
	return o.duration("duration", 0, time.Nanosecond)
}

// rate reads a rate: a number of requests a second, "120/m", or {freq, per}.
func (o options) rate(key string, v sobek.Value) float64 {
	perSecond, ok := math.NaN(), false
	switch {
	case absent(v):
	default:
		if perSecond, ok = number(v); ok {
			break
		}
		if s, isText := v.Export().(string); isText {
			perSecond, ok = parseRate(s)
		} else if object, isObject := v.(*sobek.Object); isObject {
			in := o.m.options(o.where+": "+key, object, "freq", "per")
			per := in.duration("per", time.Second, time.Nanosecond)
			perSecond, ok = in.number("freq", math.NaN(), 0, 1e12)/per.Seconds(), in.has("freq")
		}
	}
	if !ok || !(perSecond >= 0 && perSecond <= maxRate) {
		o.m.typeError("%s: %s must be a rate from 0 to %.0f a second, such as 100, \"120/m\" or {freq: 5, per: \"1s\"}, and is %s", o.where, key, float64(maxRate), describe(v))
	}
	return perSecond
}

// parseRate reads "100", "100/s", "120/m" or "10/h".
func parseRate(s string) (perSecond float64, ok bool) {
	var n float64
	var unit string
	if _, err := fmt.Sscanf(s+" ", "%g%s", &n, &unit); err != nil {
		unit = ""
		if _, err := fmt.Sscanf(s, "%g", &n); err != nil {
			return 0, false
		}
	}
	per, known := map[string]float64{"": 1, "/s": 1, "/m": 60, "/h": 3600}[unit]
	return n / per, known && !math.IsNaN(n)
}

// stages reads [{duration, rate, from?}]: each drives the rate linearly from
// that of the stage before to its own; from begins with a jump.
func (o options) stages() []arrival.Segment {
	if o.has("duration") {
		o.m.typeError("%s: stages have their own durations: leave out duration", o.where)
	}
	list, ok := o.get("stages").(*sobek.Object)
	if !ok || list.ClassName() != "Array" {
		o.wrong("stages", "an array of {duration, rate}")
	}
	var segments []arrival.Segment
	from := 0.0
	o.m.vu.Runtime().ForOf(list, func(v sobek.Value) bool {
		where := fmt.Sprintf("%s: stages[%d]", o.where, len(segments))
		if _, isObject := v.(*sobek.Object); !isObject {
			o.m.typeError("%s must be {duration, rate}, and is %s", where, describe(v))
		}
		stage := o.m.options(where, v, "duration", "rate", "from")
		stage.where = where
		to := stage.rate("rate", stage.get("rate"))
		if stage.has("from") {
			from = stage.rate("from", stage.get("from"))
		}
		segments = append(segments, arrival.Segment{Duration: stage.length(), From: from, To: to})
		from = to
		return true
	})
	return segments
}

// sineSteps are the straight pieces that a period of a sine is made of: the
// rate is never off by more than a thousandth of the amplitude (the error of a
// chord, 1-cos(pi/80), is 0.00077), and a period of whole milliseconds is made
// of whole nanoseconds, so that its requests are counted exactly.
const sineSteps = 80

// sine reads {mean, amplitude, period, startAt?}: the rate swings around mean.
// startAt is the phase at the start, in degrees.
func (o options) sine() []arrival.Segment {
	in := o.m.options(o.where+": sine", o.get("sine"), "mean", "amplitude", "period", "startAt")
	mean, amplitude := in.rate("mean", in.get("mean")), in.rate("amplitude", in.get("amplitude"))
	period := in.duration("period", 0, time.Nanosecond)
	switch {
	case period == 0:
		o.m.typeError("%s: sine needs a period, such as \"1m\"", o.where)
	case amplitude > mean:
		o.m.typeError("%s: sine.amplitude %v is above sine.mean %v: the rate would fall below 0", o.where, amplitude, mean)
	}
	phase := in.number("startAt", 0, -360, 360) / 360
	length := o.length()
	if length/period > 1e5 {
		o.m.typeError("%s: %v hold more than 100,000 periods of %v", o.where, length, period)
	}
	rate := func(t time.Duration) float64 {
		return max(0, mean+amplitude*math.Sin(2*math.Pi*(phase+float64(t)/float64(period))))
	}
	var segments []arrival.Segment
	step := max(period/sineSteps, time.Nanosecond)
	for at := time.Duration(0); at < length; at += step {
		end := min(at+step, length)
		segments = append(segments, arrival.Segment{Duration: end - at, From: rate(at), To: rate(end)})
	}
	return segments
}
