package reports

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The coordinates of a plot: as wide as paths need to be exact to a tenth of a
// pixel, and percent high. The page stretches it.
const plotWidth = 1000

// path draws a curve as SVG path data.
func (s series) path(sc scale) string {
	var b strings.Builder
	p := pen{out: &b, width: plotWidth / float64(max(len(s.Values), 1))}
	for i, v := range s.Values {
		if math.IsNaN(v) {
			continue
		}
		y := 100 - sc.height(v)
		switch s.Shape {
		case bars:
			if v > 0 {
				fmt.Fprintf(&b, "M%s 100V%s", num((float64(i)+0.5)*p.width), num(y))
			}
		case step:
			p.step(i, y, s.Reach)
		default:
			p.line(i, y, s.Reach)
		}
	}
	p.end()
	return b.String()
}

// pen leaves out the points that a straight line passes through anyway.
type pen struct {
	out    *strings.Builder
	width  float64 // of a bucket
	begun  bool
	last   int     // bucket of the last value
	y      float64 // its height
	behind string  // a point that is only needed if the curve turns after it
	holds  int
}

func (p *pen) line(i int, y float64, reach int) {
	x := num((float64(i) + 0.5) * p.width)
	switch {
	case !p.begun || i-p.last > max(reach, 1):
		p.flush()
		fmt.Fprintf(p.out, "M%s %sh0", x, num(y))
	case num(y) == num(p.y):
		p.behind = "L" + x + " " + num(y)
		p.begun, p.last = true, i
		return
	default:
		p.flush()
		fmt.Fprintf(p.out, "L%s %s", x, num(y))
	}
	p.begun, p.last, p.y = true, i, y
}

func (p *pen) step(i int, y float64, reach int) {
	x := num(float64(i) * p.width)
	switch {
	case !p.begun || i-p.last > max(reach, 1):
		p.end()
		fmt.Fprintf(p.out, "M%s %s", x, num(y))
	case num(y) != num(p.y):
		fmt.Fprintf(p.out, "H%sV%s", x, num(y))
	}
	p.begun, p.last, p.y, p.holds = true, i, y, 1
}

func (p *pen) flush() {
	p.out.WriteString(p.behind)
	p.behind = ""
}

// end draws what the last value still holds for.
func (p *pen) end() {
	p.flush()
	if p.holds > 0 {
		fmt.Fprintf(p.out, "H%s", num(float64(p.last+p.holds)*p.width))
		p.holds = 0
	}
}

// num prints a coordinate with one decimal at most.
func num(v float64) string {
	return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
}
