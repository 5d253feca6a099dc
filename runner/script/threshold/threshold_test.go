package threshold

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]Expr{
		"p(95)<500":        {Aggregation: "p", Percentile: 95, Op: "<", Limit: 500},
		" p( 99.9 ) <= .5": {Aggregation: "p", Percentile: 99.9, Op: "<=", Limit: 0.5},
		"rate===1":         {Aggregation: "rate", Op: "===", Limit: 1},
		"count != -3e2":    {Aggregation: "count", Op: "!=", Limit: -300},
		"med>=0":           {Aggregation: "med", Op: ">=", Limit: 0},
		"value==1":         {Aggregation: "value", Op: "==", Limit: 1},
	} {
		want.Text = text
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("%q: got %+v, %v, want %+v", text, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":           "has no operator",
		"p(95)":      "has no operator",
		"p(95)=5":    "has no operator among",
		"<5":         `"" is no aggregation`,
		"p95<5":      `"p95" is no aggregation`,
		"p(<5":       `"p(" is no aggregation`,
		"p()<5":      `percentile "" is no number`,
		"p(-1)<5":    "percentile -1 is not between 0 and 100",
		"p(100.1)<5": "percentile 100.1 is not between",
		"avg<":       `limit "" is no number`,
		"avg<NaN":    `limit "NaN" is no number`,
		"avg<0x10":   `limit "0x10" is no number`,
		"avg<5ms":    `limit "5ms" is no number`,
		"avg<1e999":  `limit "1e999" is no number`,
		"avg<5 && x": `limit "5 && x" is no number`,
		"mean<5":     `"mean" is no aggregation: there are count, rate`,
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func TestParseKey(t *testing.T) {
	for key, want := range map[string][]metric.Tag{
		"http_reqs":                               nil,
		"http_reqs{name:home}":                    {{Key: "name", Value: "home"}},
		"http_reqs{ b:2 , a:1 }":                  {{Key: "a", Value: "1"}, {Key: "b", Value: "2"}},
		"group_duration{group:::outer::inner}":    {{Key: "group", Value: "::outer::inner"}},
		"http_reqs{url:http://h/,'name':\"x y\"}": {{Key: "name", Value: "x y"}, {Key: "url", Value: "http://h/"}},
	} {
		name, got, err := ParseKey(key)
		if wantName, _, _ := strings.Cut(key, "{"); err != nil || name != wantName || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %q, %v, %v, want %v", key, name, got, err, want)
		}
	}
	for _, key := range []string{"", "{a:b}", "x{", "x{a:b", "x{a}", "x{}", "x{:b}", "x{a:b,}"} {
		if name, tags, err := ParseKey(key); err == nil {
			t.Errorf("%q: got %q %v, want an error", key, name, tags)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		text string
		kind metric.Kind
		ok   bool
	}{
		{"count<1", metric.Counter, true}, {"rate<1", metric.Counter, true}, {"value<1", metric.Counter, false},
		{"value<1", metric.Gauge, true}, {"max<1", metric.Gauge, false},
		{"rate<1", metric.Rate, true}, {"count<1", metric.Rate, false},
		{"p(5)<1", metric.Trend, true}, {"med<1", metric.Trend, true}, {"count<1", metric.Trend, false},
	} {
		e, err := Parse(tt.text)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Check(tt.kind); (err == nil) != tt.ok {
			t.Errorf("%s of a %v: got %v", tt.text, tt.kind, err)
		}
	}
}

// TestNothingIsMetWithoutSamples: silence is never success.
func TestNothingIsMetWithoutSamples(t *testing.T) {
	for kind, all := range aggregations {
		for _, a := range all {
			e := Expr{Aggregation: a, Op: ">=", Limit: 0}
			if v, ok := e.Observe(kind, metric.Values{}, time.Second); ok {
				t.Errorf("%s of a %v without samples is %v", a, kind, v)
			}
		}
	}
	for _, op := range operators {
		if (Expr{Op: op, Limit: 0}).Met(math.NaN()) {
			t.Errorf("NaN %s 0 is met", op)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"p(95)<500", "rate>0.9", "count===3", "p(", "avg<=-1e3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			return
		}
		if math.IsNaN(e.Limit) || math.IsInf(e.Limit, 0) || e.Percentile < 0 || e.Percentile > 100 {
			t.Errorf("%q: got %+v", text, e)
		}
		if again, err := Parse(e.String()); err != nil || again.Aggregation != e.Aggregation || again.Op != e.Op ||
			again.Limit != e.Limit || again.Percentile != e.Percentile {
			t.Errorf("%q: %q is read as %+v, %v", text, e.String(), again, err)
		}
	})
}

func FuzzParseKey(f *testing.F) {
	f.Add("http_reqs{name:home,group:::a}")
	f.Fuzz(func(t *testing.T, key string) {
		name, tags, err := ParseKey(key)
		if err == nil && name == "" {
			t.Errorf("%q names no metric", key)
		}
		for _, tag := range tags {
			if tag.Key == "" {
				t.Errorf("%q: a tag without a key", key)
			}
		}
	})
}
