package alarm

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func alarms(ctx context.Context, t *testing.T) map[string]*Alarm {
	t.Helper()
	all := map[string]*Alarm{"coarse": Coarse(ctx)}
	if c, err := newFine(ctx); err == nil {
		all["fine"] = &Alarm{ctx, c}
	}
	t.Cleanup(func() {
		for _, a := range all {
			a.Close()
		}
	})
	return all
}

func TestNeverEarly(t *testing.T) {
	for name, a := range alarms(t.Context(), t) {
		for _, d := range []time.Duration{-time.Second, 0, time.Nanosecond, 50 * time.Microsecond, 3 * time.Millisecond} {
			at := time.Now().Add(d)
			if err := a.Until(at); err != nil || time.Now().Before(at) {
				t.Errorf("%s, %v: %v, %v early", name, d, err, time.Until(at))
			}
		}
	}
}

func TestEndsWithItsContext(t *testing.T) {
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	all := alarms(ctx, t)
	time.AfterFunc(20*time.Millisecond, func() { cancel(why) })
	for name, a := range all {
		for range 2 {
			if err := a.Until(time.Now().Add(time.Hour)); !errors.Is(err, why) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := a.Until(time.Now().Add(-time.Hour)); !errors.Is(err, why) {
			t.Errorf("%s, a moment of the past: %v", name, err)
		}
	}
}

// BenchmarkLateness reports how late an alarm is, on average, when it goes off
// a thousand times a second.
func BenchmarkLateness(b *testing.B) {
	for _, kind := range []string{"fine", "coarse"} {
		b.Run(kind, func(b *testing.B) {
			a := Coarse(b.Context())
			if kind == "fine" {
				a.Close()
				a = New(b.Context())
			}
			defer func() { a.Close() }()
			var late time.Duration
			next := time.Now()
			for range b.N {
				next = next.Add(time.Millisecond)
				if err := a.Until(next); err != nil {
					b.Fatal(err)
				}
				late += time.Since(next)
			}
			b.ReportMetric(float64(late)/float64(b.N)/1000, "µs-late")
		})
	}
}
