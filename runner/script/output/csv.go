package output

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/output/envvar"
)

// csvOutput writes a row for every sample: the system tags have columns of
// their own, and all others share one.
type csvOutput struct {
	to       sink
	interval time.Duration // at most so long rows wait to be written
	stamp    func(b []byte, t time.Time) []byte

	columns []string // system tags
	own     map[string]bool
	tags    tagText
	extra   []byte // scratch
	buffer  []byte
	written time.Time
}

// csvVariables are what configures the output, after K6_CSV_.
var csvVariables = []string{"FILENAME", "SAVE_INTERVAL", "TIME_FORMAT"}

func newCSV(path string, env map[string]string) (*csvOutput, error) {
	o := &csvOutput{to: sink{kind: "csv", path: cmp.Or(path, env["K6_CSV_FILENAME"], "file.csv")}}
	err := envvar.Refuse(env, "K6_CSV_", csvVariables...)
	if err == nil {
		o.interval, err = envvar.Duration(env, "K6_CSV_SAVE_INTERVAL", 0, time.Second)
	}
	if err == nil {
		o.stamp, err = timeFormat(env["K6_CSV_TIME_FORMAT"])
	}
	if err != nil {
		return nil, fmt.Errorf("output csv: %w", err)
	}
	return o, nil
}

// timeFormat is how a time is written.
func timeFormat(name string) (func(b []byte, t time.Time) []byte, error) {
	switch name {
	case "", "unix":
		return func(b []byte, t time.Time) []byte { return strconv.AppendInt(b, t.Unix(), 10) }, nil
	case "unix_milli":
		return func(b []byte, t time.Time) []byte { return strconv.AppendInt(b, t.UnixMilli(), 10) }, nil
	case "unix_micro":
		return func(b []byte, t time.Time) []byte { return strconv.AppendInt(b, t.UnixMicro(), 10) }, nil
	case "unix_nano":
		return func(b []byte, t time.Time) []byte { return strconv.AppendInt(b, t.UnixNano(), 10) }, nil
	case "rfc3339":
		return func(b []byte, t time.Time) []byte { return t.AppendFormat(b, time.RFC3339) }, nil
	case "rfc3339_nano":
		return func(b []byte, t time.Time) []byte { return t.AppendFormat(b, time.RFC3339Nano) }, nil
	}
	return nil, fmt.Errorf("K6_CSV_TIME_FORMAT is %q: there are unix, unix_milli, unix_micro, unix_nano, rfc3339 and rfc3339_nano", name)
}

// Description implements Output.
func (o *csvOutput) Description() string { return o.to.String() }

// Start implements Output.
func (o *csvOutput) Start(r Run) error {
	if err := o.to.open(r); err != nil {
		return err
	}
	o.columns = r.Options.SystemTags.Names()
	slices.Sort(o.columns)
	o.own = make(map[string]bool)
	for _, c := range o.columns {
		o.own[c] = true
	}
	header := slices.Concat([]string{"metric_name", "timestamp", "metric_value"}, o.columns, []string{"extra_tags"})
	o.to.write([]byte(strings.Join(header, ",") + "\n"))
	o.written = time.Now()
	return nil
}

// Write implements Output. Rows are in the file when K6_CSV_SAVE_INTERVAL has
// passed, at the latest.
func (o *csvOutput) Write(samples []metric.Sample) {
	if o.to.err != nil {
		return
	}
	b := o.buffer
	for i := range samples {
		s := &samples[i]
		b = append(append(b, s.Metric.Name...), ',') // a name needs no quotes
		b = append(o.stamp(b, s.Time), ',')
		b = append(strconv.AppendFloat(b, s.Value, 'f', 6, 64), ',')
		b = o.appendTags(b, s.Tags)
		if len(b) >= chunk {
			b = o.flush(b)
		}
	}
	if time.Since(o.written) >= o.interval {
		b = o.flush(b)
	}
	o.buffer = b
}

func (o *csvOutput) flush(b []byte) []byte {
	o.to.write(b)
	o.written = time.Now()
	return b[:0]
}

// Stop implements Output.
func (o *csvOutput) Stop() error {
	o.buffer = o.flush(o.buffer)
	return o.to.close()
}

// appendTags writes the columns of tags, and the end of the row.
func (o *csvOutput) appendTags(b []byte, tags metric.Set) []byte {
	if o.tags.has(tags) {
		return append(b, o.tags.text...)
	}
	text := o.tags.text[:0]
	for _, c := range o.columns {
		text = append(appendField(text, tags[c]), ',')
	}
	extra := o.extra[:0]
	for _, key := range o.tags.sorted(tags) {
		if o.own[key] {
			continue
		}
		if len(extra) > 0 {
			extra = append(extra, '&')
		}
		extra = append(appendPart(extra, key, "%&="), '=')
		extra = appendPart(extra, tags[key], "%&")
	}
	o.extra = extra
	text = appendField(text, string(extra))
	o.tags.of, o.tags.text = tags, append(text, '\n')
	return append(b, o.tags.text...)
}

// appendPart writes a key or value of the extra tags. What would split them at
// the wrong place is percent-encoded.
func appendPart(b []byte, s, special string) []byte {
	if !strings.ContainsAny(s, special) {
		return append(b, s...)
	}
	for i := range len(s) {
		if c := s[i]; strings.IndexByte(special, c) >= 0 {
			b = append(b, '%', "0123456789ABCDEF"[c>>4], "0123456789ABCDEF"[c&0xf])
		} else {
			b = append(b, c)
		}
	}
	return b
}

// appendField writes a field as RFC 4180 has it, in quotes only if it needs
// them.
func appendField(b []byte, s string) []byte {
	if s == "" || (!strings.ContainsAny(s, ",\"\r\n") && s[0] != ' ' && s[0] != '\t') {
		return append(b, s...)
	}
	b = append(b, '"')
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			return append(append(b, s...), '"')
		}
		b = append(append(b, s[:i]...), '"', '"')
		s = s[i+1:]
	}
}
