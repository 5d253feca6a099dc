package summary

import (
	"slices"
	"strings"
	"testing"

	"github.com/artisan-platform/headroom/runner/script/metric"
)

func TestTrendStats(t *testing.T) {
	v := values(metric.Trend, 1, 2, 3, 4)
	for name, want := range map[string]float64{"avg": 2.5, "min": 1, "max": 4, "count": 4, "p(0)": 1, "p(100)": 4, "p(99.99)": 4, "p(0.0)": 1} {
		s, err := ParseTrendStat(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got, ok := s.Of(v); !ok || got != want || s.Name != name {
			t.Errorf("%s: got %v, %t as %q, want %v", name, got, ok, s.Name, want)
		}
		if got, ok := s.Of(metric.Values{}); ok != (name == "count") || got != 0 {
			t.Errorf("%s without samples: got %v, %t", name, got, ok)
		}
	}
	for name, want := range map[string]float64{"med": 2, "p(50)": 2, "p(75)": 3} {
		s, _ := ParseTrendStat(name)
		if got, ok := s.Of(v); !ok || got < want*0.99 || got > want*1.01 {
			t.Errorf("%s: got %v, %t, want %v within a percent", name, got, ok, want)
		}
	}
}

func TestParseTrendStatRefuses(t *testing.T) {
	for name, want := range map[string]string{
		"":         `"" does not exist: there are avg, min, med, max, count and p(N)`,
		"mean":     "does not exist",
		"Avg":      "does not exist",
		"p95":      "does not exist",
		"p(":       "does not exist",
		"p(95":     "does not exist",
		"p()":      `"" is no number from 0 to 100`,
		"p(-1)":    `"-1" is no number`,
		"p(100.1)": `"100.1" is no number`,
		"p(1e1)":   `"1e1" is no number`,
		"p(0x1)":   `"0x1" is no number`,
		"p(NaN)":   `"NaN" is no number`,
		"p(.)":     `"." is no number`,
		"p(95)<5":  "does not exist",
	} {
		if got, err := ParseTrendStat(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %+v, %v, want %s", name, got, err, want)
		}
	}
}

func TestTrendColumns(t *testing.T) {
	got, err := TrendColumns([]string{" max", "p(99)", "max", "count"})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range got {
		names = append(names, s.Name)
	}
	if want := []string{"max", "p(99)", "count"}; !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
	if got, err := TrendColumns(nil); err != nil || len(got) != len(DefaultTrendStats) {
		t.Errorf("no names: got %v, %v", got, err)
	}
	if _, err := TrendColumns([]string{"avg", "p(101)"}); err == nil {
		t.Error("p(101) is taken")
	}
}

func FuzzParseTrendStat(f *testing.F) {
	for _, s := range []string{"avg", "count", "p(95)", "p(99.9)", "p(", "p(100.0001)", "p(00.5)"} {
		f.Add(s)
	}
	v := values(metric.Trend, 1, 5, 9)
	f.Fuzz(func(t *testing.T, name string) {
		s, err := ParseTrendStat(name)
		if err != nil {
			return
		}
		if got, ok := s.Of(v); !ok || got < 1 || got > 9 || s.Name != name {
			t.Errorf("%q: got %v, %t as %q", name, got, ok, s.Name)
		}
	})
}
