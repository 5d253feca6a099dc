package promquery

import (
	"strings"
	"testing"
	"time"
)

func TestFreshnessAsksForEachSelector(t *testing.T) {
	tests := map[string]struct {
		expr string
		want []selector
	}{
		"plain":       {`up{job="a"}`, []selector{{`up{job="a"}`, false}}},
		"rate":        {`sum(rate(x_total[1m]))`, []selector{{"x_total", true}}},
		"ratio":       {`rate(a[1m]) / rate(b[1m])`, []selector{{"a", true}, {"b", true}}},
		"twice":       {`rate(a[1m]) / rate(a[5m])`, []selector{{"a", true}}},
		"subquery":    {`max_over_time(a[5m:5s])`, []selector{{"a", true}}},
		"or zero":     {`rate(a[1m]) or vector(0)`, []selector{{"a", false}}},
		"absent":      {`absent_over_time(a[1m])`, []selector{{"a", false}}},
		"offset":      {`a - a offset 1m`, []selector{{"a", false}}},
		"at":          {`rate(a[1m] @ 1)`, nil},
		"sub, offset": {`max_over_time(a[5m:5s] offset 1m)`, nil},
		"scalar":      {`time() + 1`, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := newFreshness(tt.expr)
			if err != nil {
				t.Fatal(err)
			}
			if len(f.selectors) != len(tt.want) {
				t.Fatalf("selectors %+v, want %+v", f.selectors, tt.want)
			}
			for i := range tt.want {
				if f.selectors[i] != tt.want[i] {
					t.Errorf("selector %d is %+v, want %+v", i, f.selectors[i], tt.want[i])
				}
			}
			if (f.expr == "") != (len(tt.want) == 0) {
				t.Errorf("asks %q for %d selectors", f.expr, len(tt.want))
			}
			if f.expr == "" {
				return
			}
			if _, err := newFreshness(f.expr); err != nil {
				t.Errorf("asks %q, which does not parse: %v", f.expr, err)
			}
		})
	}
	if _, err := newFreshness("sum("); err == nil {
		t.Error("a broken expression was taken")
	}
}

func TestStale(t *testing.T) {
	at := time.Unix(1000, 0)
	newest := func(i string, seconds float64) sample {
		return sample{labels: map[string]string{selectorLabel: i}, at: at, value: seconds}
	}
	two, one := "rate(a[1m]) / rate(b[1m])", "a"
	tests := map[string]struct {
		expr   string
		newest []sample
		want   string
	}{
		"fresh":                {two, []sample{newest("0", 999), newest("1", 990)}, ""},
		"one is old":           {two, []sample{newest("0", 999), newest("1", 989.9)}, "sample of b is 10.1s old"},
		"one has ended":        {two, []sample{newest("1", 999)}, "a has no sample any more"},
		"an instant has ended": {one, nil, ""}, // then the answer itself is empty
		"old instant":          {one, []sample{newest("0", 700)}, "300.0s old"},
	}
	for name, tt := range tests {
		f, err := newFreshness(tt.expr)
		if err != nil {
			t.Fatal(err)
		}
		got := f.stale(answer{series: tt.newest}, at, 10*time.Second)
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
