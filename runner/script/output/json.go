package output

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/option"
)

// chunk is about how many bytes are written at once.
const chunk = 256 << 10

// jsonOutput writes a line of JSON for every sample, and one for every metric
// before its first sample.
type jsonOutput struct {
	to         sink
	thresholds []option.Threshold
	metrics    map[*metric.Metric][]byte // the ends of their lines
	tags       tagText
	buffer     []byte
}

func newJSON(path string) *jsonOutput {
	return &jsonOutput{to: sink{kind: "json", path: cmp.Or(path, stdout)}}
}

// Description implements Output.
func (o *jsonOutput) Description() string { return o.to.String() }

// Start implements Output.
func (o *jsonOutput) Start(r Run) error {
	o.thresholds = r.Options.Thresholds
	o.metrics = make(map[*metric.Metric][]byte)
	return o.to.open(r)
}

// Write implements Output. Samples are in the file as soon as it returns.
func (o *jsonOutput) Write(samples []metric.Sample) {
	if o.to.err != nil {
		return
	}
	b := o.buffer[:0]
	for i := range samples {
		s := &samples[i]
		end, known := o.metrics[s.Metric]
		if !known {
			end = append(appendString([]byte(`},"metric":`), s.Metric.Name), "}\n"...)
			o.metrics[s.Metric] = end
			b = o.appendMetric(b, s.Metric)
			b = append(b, end...)
		}
		b = append(b, `{"type":"Point","data":{"time":"`...)
		b = s.Time.AppendFormat(b, time.RFC3339Nano)
		b = append(b, `","value":`...)
		b = appendNumber(b, s.Value)
		b = append(b, `,"tags":`...)
		b = o.appendTags(b, s.Tags)
		b = append(b, end...)
		if len(b) >= chunk {
			o.to.write(b)
			b = b[:0]
		}
	}
	o.to.write(b)
	o.buffer = b
}

// Stop implements Output.
func (o *jsonOutput) Stop() error { return o.to.close() }

// appendTags writes the tags in the order of their names.
func (o *jsonOutput) appendTags(b []byte, tags metric.Set) []byte {
	if len(tags) == 0 {
		return append(b, "null"...)
	}
	if o.tags.has(tags) {
		return append(b, o.tags.text...)
	}
	text := append(o.tags.text[:0], '{')
	for i, key := range o.tags.sorted(tags) {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(appendString(text, key), ':')
		text = appendString(text, tags[key])
	}
	o.tags.of, o.tags.text = tags, append(text, '}')
	return append(b, o.tags.text...)
}

// appendMetric writes the line that declares a metric, but for its end.
func (o *jsonOutput) appendMetric(b []byte, m *metric.Metric) []byte {
	b = append(b, `{"type":"Metric","data":{"name":`...)
	b = appendString(b, m.Name)
	b = append(b, `,"type":`...)
	b = appendString(b, strings.ToLower(m.Kind.String()))
	b = append(b, `,"contains":`...)
	b = appendString(b, m.Contains.String())
	b = append(b, `,"tainted":null,"thresholds":`...)
	b = o.appendThresholds(b, m, nil)
	b = append(b, `,"submetrics":`...)
	selectors := m.Selectors()
	if len(selectors) == 0 {
		return append(b, "null"...)
	}
	for i, selector := range selectors {
		b = append(b, "[,"[min(i, 1)])
		b = o.appendSubmetric(b, m, selector)
	}
	return append(b, ']')
}

// appendSubmetric writes the part of a metric that carries some tags.
func (o *jsonOutput) appendSubmetric(b []byte, m *metric.Metric, selector []metric.Tag) []byte {
	suffix := make([]string, len(selector))
	for i, t := range selector {
		suffix[i] = t.Key + ":" + t.Value
	}
	all := strings.Join(suffix, ",")
	b = append(b, `{"name":`...)
	b = appendString(b, m.Name+"{"+all+"}")
	b = append(b, `,"suffix":`...)
	b = appendString(b, all)
	b = append(b, `,"tags":{`...)
	for i, t := range selector {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, t.Key), ':')
		b = appendString(b, t.Value)
	}
	b = append(b, `},"thresholds":`...)
	return append(o.appendThresholds(b, m, selector), '}')
}

// appendThresholds writes the expressions that apply to a metric, or to its
// part with some tags.
func (o *jsonOutput) appendThresholds(b []byte, m *metric.Metric, selector []metric.Tag) []byte {
	b = append(b, '[')
	first := true
	for _, t := range o.thresholds {
		if t.Metric != m.Name || !slices.Equal(t.Selector, selector) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = appendString(b, t.Expr.Text)
	}
	return append(b, ']')
}
