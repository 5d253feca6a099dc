package image

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artisan-platform/headroom/runner/progress"
)

// recorder notes when tasks run.
type recorder struct {
	mu      sync.Mutex
	order   []string
	running int
	most    int
}

// job is a task that takes its expected time.
func (r *recorder) job(name string, heavy bool, d time.Duration, needs ...*task) *task {
	return &task{title: name, heavy: heavy, expected: d, needs: needs, run: func(ctx context.Context, _ progress.Step) error {
		r.mu.Lock()
		r.order = append(r.order, name)
		r.running++
		r.most = max(r.most, r.running)
		r.mu.Unlock()
		err := pause(ctx, d)
		r.mu.Lock()
		r.running--
		r.mu.Unlock()
		return err
	}}
}

func TestScheduleRunsTheLongestChainFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		long := r.job("long", true, 300*time.Second)
		short := r.job("short", true, 20*time.Second)
		chain := r.job("chain", true, 50*time.Second)
		end := r.job("end", false, 280*time.Second, chain)
		bake := r.job("bake", false, 10*time.Second, long, short, end)
		start := time.Now()
		if err := schedule(t.Context(), []*task{bake, short}, slots{heavy: 1, light: 1}, progress.Discard); err != nil {
			t.Fatal(err)
		}
		// chain's own time is short, but what waits for it makes it urgent.
		order := slices.DeleteFunc(r.order, func(name string) bool { return name == "end" }) // starts in the same instant as long
		if want := []string{"chain", "long", "short", "bake"}; !slices.Equal(order, want) {
			t.Errorf("order is %q, want %q", order, want)
		}
		if took := time.Since(start); took != 380*time.Second {
			t.Errorf("took %s, want 380s: heavy one after the other, light beside them", took)
		}
	})
}

func TestScheduleFillsItsSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		var tasks []*task
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			tasks = append(tasks, r.job(name, true, time.Minute))
		}
		if err := schedule(t.Context(), tasks, slots{heavy: 2, light: 1}, progress.Discard); err != nil {
			t.Fatal(err)
		}
		if r.most != 2 || len(r.order) != 5 {
			t.Errorf("at most %d of %d ran side by side, want 2 of 5", r.most, len(r.order))
		}
	})
}

// After a failure nothing new starts, what runs is cancelled and waited for,
// and the failure is what is returned, not the cancellation.
func TestScheduleStopsAtTheFirstFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		broken := errors.New("compiler says no")
		bad := &task{title: "bad", heavy: true, expected: time.Hour, run: func(ctx context.Context, _ progress.Step) error {
			return errors.Join(pause(ctx, time.Second), broken)
		}}
		slow := r.job("slow", true, time.Hour)
		after := r.job("after", true, time.Hour, bad)
		start := time.Now()
		err := schedule(t.Context(), []*task{slow, after}, slots{heavy: 2, light: 1}, progress.Discard)
		if !errors.Is(err, broken) {
			t.Errorf("error is %v", err)
		}
		if r.running != 0 || slices.Contains(r.order, "after") || time.Since(start) > time.Minute {
			t.Errorf("after %s %d tasks still run; started were %q", time.Since(start), r.running, r.order)
		}
	})
}

func TestScheduleEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		interrupted := errors.New("interrupted")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, interrupted)
		defer cancel()
		first := r.job("first", true, time.Hour)
		err := schedule(ctx, []*task{r.job("second", true, time.Hour, first)}, slots{heavy: 1, light: 1}, progress.Discard)
		if !errors.Is(err, interrupted) || r.running != 0 || len(r.order) != 1 {
			t.Errorf("error %v, %d running, started %q", err, r.running, r.order)
		}
	})
}

func TestScheduleReportsTasksThatWaitForEachOther(t *testing.T) {
	r := &recorder{}
	a := r.job("a", false, 0)
	a.needs = []*task{a}
	if err := schedule(t.Context(), []*task{a}, slots{1, 1}, progress.Discard); err == nil || !strings.Contains(err.Error(), "wait for each other") {
		t.Errorf("error is %v", err)
	}
}

func TestTimeLeft(t *testing.T) {
	for _, tt := range []struct {
		name                           string
		total, finished, elapsed, want time.Duration
	}{
		{"at the start, the catalog's time", 10 * time.Minute, 0, 0, 10 * time.Minute},
		{"under way, what is left of it", 10 * time.Minute, 0, 2 * time.Minute, 8 * time.Minute},
		{"a machine as fast as the catalog's", 10 * time.Minute, 5 * time.Minute, 5 * time.Minute, 5 * time.Minute},
		{"a machine half as fast", 9 * time.Minute, 4 * time.Minute, 9 * time.Minute, 9 * time.Minute},
		{"late: never nothing", 10 * time.Minute, 0, time.Hour, 30 * time.Second},
		{"done", 10 * time.Minute, 10 * time.Minute, time.Minute, 0},
	} {
		if got := timeLeft(tt.total, tt.finished, tt.elapsed); got != tt.want {
			t.Errorf("%s: %s left, want %s", tt.name, got, tt.want)
		}
	}
}

func TestRoundTime(t *testing.T) {
	for d, want := range map[time.Duration]string{time.Second: "10 s", 44 * time.Second: "40 s", 100 * time.Second: "2 min", 29 * time.Minute: "29 min"} {
		if got := roundTime(d); got != want {
			t.Errorf("%s is shown as %q, want %q", d, got, want)
		}
	}
}
