package reports

import (
	"fmt"
	"math"
	"time"

	"github.com/artisan-platform/headroom/runner/unit"
)

// none stands for a value that was not measured.
const none = "–"

// clock prints a place on the axis, counted from its zero: 1:57, −0:10.
func clock(d time.Duration) string {
	if d < 0 {
		return "−" + clock(-max(d, math.MinInt64+1))
	}
	s := int64(d.Round(time.Second) / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// number prints v, and what is no number as such.
func number(v float64) string {
	switch {
	case math.IsNaN(v):
		return none
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	}
	return unit.Number(v)
}

// share prints part of whole in percent, to two digits near either end.
func share(part, whole uint64) string {
	if whole == 0 {
		return none
	}
	v := float64(part) / float64(whole)
	if v < 0.01 && v > 0 {
		ten := math.Pow(10, 1-math.Floor(math.Log10(v)))
		v = math.Round(v*ten) / ten
	}
	return unit.Percent(v)
}

// The units of a chart's axis that are not printed after the number as they
// stand.
const (
	inSeconds = "s"
	perSecond = "rps"
	asRatio   = "ratio"
)

// inUnit prints a chart's value in the unit of its axis.
func inUnit(v float64, of string) string {
	switch {
	case math.IsNaN(v):
		return none
	case of == inSeconds && math.Abs(v) < 1e9:
		return unit.Duration(time.Duration(v * float64(time.Second)))
	case of == perSecond:
		return number(v) + "/s"
	case of == asRatio:
		return number(100*v) + "%"
	case of == "":
		return number(v)
	}
	return number(v) + " " + of
}

// utc prints a moment for a person.
func utc(t time.Time) string {
	if t.IsZero() {
		return none
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}
