package reports

import (
	"strings"
	"testing"
	"time"
	"unicode"
)

func TestLiveLine(t *testing.T) {
	full := Live{Phase: "step", Elapsed: 125 * time.Second, Total: 8 * time.Minute, RPS: 2148, Offered: 2150, P95: 23 * time.Millisecond, HasP95: true,
		Requests: 429999, Errors: 12, Replicas: map[string]LiveReplicas{"worker": {2, 5}, "backend": {7, 10}}}
	for _, row := range []struct {
		width int
		want  string
	}{
		{0, "step 2:05/8:00  2148/s of 2150/s  p95 23 ms  12 errors  backend 7/10  worker 2/5  429,999 requests"},
		{80, "step 2:05/8:00  2148/s of 2150/s  p95 23 ms  12 errors  backend 7/10  worker 2/5"},
		{60, "step 2:05/8:00  2148/s of 2150/s  p95 23 ms  12 errors"},
		{40, "step 2:05/8:00  p95 23 ms  12 errors"},
		{15, "step 2:05/8:00"},
		{8, "step 2:…"},
		{1, "…"},
	} {
		if got := LiveLine(full, row.width); got != row.want {
			t.Errorf("width %d: %q, want %q", row.width, got, row.want)
		}
	}
	if got, want := LiveLine(Live{}, 80), "run 0:00  0/s  p95 –  0 errors"; got != want {
		t.Errorf("nothing yet: %q, want %q", got, want)
	}
}

func FuzzLiveLine(f *testing.F) {
	f.Add("step", "backend", int64(1e9), 2150.0, 80)
	f.Add("\x1b[2J\u202e界", hostile, int64(-1<<63), -1.0, 7)
	f.Fuzz(func(t *testing.T, phase, name string, d int64, v float64, width int) {
		width %= 300
		line := LiveLine(Live{Phase: phase, Elapsed: time.Duration(d), Total: time.Duration(d), RPS: v, Offered: v, P95: time.Duration(d), HasP95: true,
			Replicas: map[string]LiveReplicas{name: {1, 2}}}, width)
		if width > 0 && cells(line) > width {
			t.Errorf("%d cells, want at most %d: %q", cells(line), width, line)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) && r != unicode.ReplacementChar }) {
			t.Errorf("a character that does not print: %q", line)
		}
	})
}

func FuzzEscapes(f *testing.F) {
	f.Add(hostile)
	f.Add("a|b\\|c\r\n* x")
	f.Fuzz(func(t *testing.T, s string) {
		for i, r := range md(s) {
			if r == '\n' || r == '<' || r == '\r' {
				t.Errorf("md(%q) has %q at %d", s, r, i)
			}
		}
		if legal(legal(s)) != legal(s) || printable(printable(s)) != printable(s) {
			t.Errorf("cleaning %q twice changes it", s)
		}
		if got := cut(printable(s), 10); cells(got) > 10 {
			t.Errorf("cut to 10 cells: %d", cells(got))
		}
		if got := shorten(printable(s), 10); cells(got) > 10 {
			t.Errorf("shortened to 10 cells: %d", cells(got))
		}
		for _, line := range wrap(printable(s), 20) {
			if cells(line) > 20 && strings.Contains(line, " ") {
				t.Errorf("a line of several words is too long: %q", line)
			}
		}
	})
}
