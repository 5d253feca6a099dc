package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/unit"
)

// chart is one chart over the shared axis.
type chart struct {
	ID      string
	Title   string
	Note    string // what to know when reading it, "" for nothing
	Unit    string
	Size    string // tall, "" or small
	Log     bool
	Series  []series
	Limits  []limit
	Zones   []zone
	Moments []moment
	Misses  []int    // buckets in which a value was asked for and none came
	Sources []string // the sources whose gaps leave a hole in this chart
}

// limit is a value that a chart's curves are held against.
type limit struct {
	Label string
	Value float64
}

// zone is a range of values within which nothing happens.
type zone struct{ From, To float64 }

// moment is a vertical line in a chart.
type moment struct {
	At    time.Time
	Label string
	Title string
	Class string
}

// scale holds all curves, limits and zones.
func (c chart) scale() scale {
	var values []float64
	for _, s := range c.Series {
		values = append(values, s.Values...)
	}
	for _, l := range c.Limits {
		values = append(values, l.Value)
	}
	for _, z := range c.Zones {
		values = append(values, z.To)
	}
	return scaleOf(c.Log, values...)
}

// chartView is a chart in the coordinates of the page: percent of the plot's
// width from the left, and of its height from the bottom.
type chartView struct {
	ID, Title, Note, Size, Summary string
	Curves                         []curveView
	Ticks                          []tick
	Grid                           string
	Limits                         []limitView
	Zones                          []stripe
	Gaps                           []stripe
	Moments                        []momentView
	Labelled                       bool // moments have labels above the plot
	Empty                          bool // there is no value to show
	Misses                         string
	Table                          table
}

// curveView is one curve and its entry in the legend.
type curveView struct {
	Name, Class, Path, Top string
}

// limitView is a line across a plot.
type limitView struct {
	tick
	Under bool // its label has no room above it
}

// stripe is a part of a plot: across it from the left, or up from the bottom.
type stripe struct {
	At, Size float64
	Title    string
}

// momentView is a vertical line of the page.
type momentView struct {
	At                  float64
	Label, Title, Class string
}

// table is the same facts for those who do not see the chart.
type table struct {
	Heads []string
	Rows  [][]string
}

func (c chart) view(a axis, gaps []observation.Gap) chartView {
	sc := c.scale()
	v := chartView{ID: c.ID, Title: c.Title, Note: c.Note, Size: c.Size, Summary: c.summary(), Ticks: sc.ticks(c.Unit), Table: c.table(a)}
	v.Grid = grid(v.Ticks, a.ticks())
	v.Empty = !slices.ContainsFunc(c.Series, func(s series) bool { return !math.IsNaN(s.highest()) })
	for _, s := range c.Series {
		v.Curves = append(v.Curves, curveView{s.Name, s.Class, s.path(sc), c.print(s, s.highest())})
	}
	for _, l := range c.Limits {
		at := sc.height(l.Value)
		v.Limits = append(v.Limits, limitView{tick{at, l.Label}, at > 85})
	}
	for _, z := range c.Zones {
		low := sc.height(z.From)
		v.Zones = append(v.Zones, stripe{At: low, Size: sc.height(z.To) - low})
	}
	for _, g := range gaps {
		if concerns(g, c.Sources) {
			v.Gaps = append(v.Gaps, gapStripe(a, g))
		}
	}
	v.Moments = visible(a, c.Moments)
	v.Labelled = slices.ContainsFunc(v.Moments, func(m momentView) bool { return m.Label != "" })
	for _, i := range c.Misses {
		v.Misses += fmt.Sprintf("M%s 100v-6", num((float64(i)+0.5)*plotWidth/float64(a.n)))
	}
	return v
}

// print formats a value of one of the chart's curves, with the raw value where
// the axis shows a ratio.
func (c chart) print(s series, v float64) string {
	if math.IsNaN(v) {
		return none
	}
	if s.Factor != 0 {
		return fmt.Sprintf("%s (%s%s)", inUnit(v, c.Unit), number(v*s.Factor), s.Raw)
	}
	return inUnit(v, c.Unit)
}

// summary is the chart in words.
func (c chart) summary() string {
	parts := make([]string, 0, len(c.Series)+len(c.Limits))
	for _, s := range c.Series {
		parts = append(parts, "highest "+s.Name+" "+c.print(s, s.highest()))
	}
	for _, l := range c.Limits {
		parts = append(parts, l.Label)
	}
	if len(parts) == 0 {
		return "nothing was observed"
	}
	return strings.Join(parts, ", ")
}

// tableRows bounds the rows of a chart's table.
const tableRows = 40

// table samples the curves at even times.
func (c chart) table(a axis) table {
	t := table{Heads: []string{"Time"}}
	for _, s := range c.Series {
		t.Heads = append(t.Heads, s.Name)
	}
	every := max((a.n+tableRows-1)/tableRows, 1)
	for i := 0; i < a.n; i += every {
		row := []string{clock(a.offset(i))}
		for _, s := range c.Series {
			row = append(row, c.print(s, s.at(i)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// grid draws a line at each tick of both axes.
func grid(up, across []tick) string {
	var b strings.Builder
	for _, t := range up {
		fmt.Fprintf(&b, "M0 %sH%d", num(100-t.At), plotWidth)
	}
	for _, t := range across {
		fmt.Fprintf(&b, "M%s 0V100", num(t.At*plotWidth/100))
	}
	return b.String()
}

// concerns says whether a gap lies in one of the sources that feed a chart.
// Other gaps are drawn above the charts only.
func concerns(g observation.Gap, sources []string) bool {
	return slices.Contains(sources, g.Source)
}

func gapStripe(a axis, g observation.Gap) stripe {
	left, right := 100*a.part(g.From), 100*a.part(g.To)
	return stripe{left, max(right-left, 0.15), fmt.Sprintf("gap in %s for %s: %s", g.Source, unit.Duration(g.To.Sub(g.From)), g.Reason)}
}
