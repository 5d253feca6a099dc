package k6html

import (
	"golang.org/x/net/html"
)

// gauge are the numbers of a meter, each brought into the range that the
// others leave it (HTML standard, "The meter element").
type gauge struct{ low, high, min, max, value, optimum float64 }

func gaugeOf(n *html.Node) gauge {
	number := func(name string, otherwise float64) float64 { return floatOr(attrOr(n, name, ""), otherwise) }
	var g gauge
	g.min = number("min", 0)
	g.max = max(g.min, number("max", 1))
	within := func(f, lowest float64) float64 { return max(lowest, min(f, g.max)) }
	g.value = within(number("value", 0), g.min)
	g.low = within(number("low", g.min), g.min)
	g.high = within(number("high", g.max), g.low)
	g.optimum = within(number("optimum", g.min+(g.max-g.min)/2), g.min)
	return g
}

func gaugePart(get func(gauge) float64) property {
	return func(_ *page, n *html.Node) any { return get(gaugeOf(n)) }
}

var meterProperties = map[string]property{
	"high":    gaugePart(func(g gauge) float64 { return g.high }),
	"labels":  labelsProperty,
	"low":     gaugePart(func(g gauge) float64 { return g.low }),
	"max":     gaugePart(func(g gauge) float64 { return g.max }),
	"min":     gaugePart(func(g gauge) float64 { return g.min }),
	"optimum": gaugePart(func(g gauge) float64 { return g.optimum }),
	"value":   gaugePart(func(g gauge) float64 { return g.value }),
}

// progress are the work done and the work to do.
func progress(n *html.Node) (value, whole float64) {
	whole = floatOr(attrOr(n, "max", ""), 1)
	if whole <= 0 {
		whole = 1
	}
	return max(0, min(floatOr(attrOr(n, "value", ""), 0), whole)), whole
}

var progressProperties = map[string]property{
	"labels": labelsProperty,
	"max":    func(_ *page, n *html.Node) any { _, whole := progress(n); return whole },
	"position": func(_ *page, n *html.Node) any {
		if !hasAttr(n, "value") {
			return -1 // nobody knows how much is done
		}
		value, whole := progress(n)
		return value / whole
	},
	"value": func(_ *page, n *html.Node) any { value, _ := progress(n); return value },
}
