package script

import (
	"context"
	"maps"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/artisan-platform/headroom/runner/executor"
	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/option"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// crew is the virtual users of one scenario.
type crew struct {
	scenario *option.Scenario
	executor executor.Executor
	ids      *atomic.Uint64 // of the whole instance

	mu    sync.Mutex
	users []*user
}

// crews are those of a run, in the order of its scenarios.
type crews []*crew

// makeCrews initialises the virtual users of all scenarios, as many at once
// as there are processors. The crews are to be closed also after an error.
func (r *run) makeCrews(ctx context.Context) (crews, error) {
	var all crews
	var ids atomic.Uint64
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i := range r.test.Options.Scenarios {
		c := &crew{scenario: &r.test.Options.Scenarios[i], ids: &ids}
		c.executor = r.test.Options.Executor(c.scenario)
		initial, _ := c.executor.VUs()
		c.users = make([]*user, initial)
		all = append(all, c)
		for n := range c.users {
			id := ids.Add(1)
			work.Go(func() (err error) {
				c.users[n], err = r.newUser(ctx, c.scenario, id)
				return err
			})
		}
	}
	return all, work.Wait()
}

// newUser makes one virtual user ready for iterations of a scenario.
func (r *run) newUser(ctx context.Context, s *option.Scenario, id uint64) (*user, error) {
	v, err := r.program.initVU(ctx, r.test, id)
	if err != nil {
		return nil, err
	}
	v.Scenario = s
	u := &user{vu: v, data: &r.data, exceptions: &r.exceptions}
	u.step = u.call
	if u.fn, err = r.program.function(v, s.Exec); err != nil {
		v.Close()
		return nil, err
	}
	r.test.Counts.Initialised.Add(1)
	return u, nil
}

// executorCrew is the crew as its executor sees it.
func (c *crew) executorCrew(r *run) executor.Crew {
	x := executor.Crew{Observer: observer{r, c.scenario}, Grow: func(ctx context.Context) (executor.VU, error) {
		u, err := r.newUser(ctx, c.scenario, c.ids.Add(1))
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.users = append(c.users, u)
		return u, nil
	}}
	for _, u := range c.users {
		x.VUs = append(x.VUs, u)
	}
	return x
}

func (c crews) size() int {
	n := 0
	for _, crew := range c {
		n += len(crew.users)
	}
	return n
}

func (c crews) close() {
	for _, crew := range c {
		for _, u := range crew.users {
			if u != nil {
				u.vu.Close()
			}
		}
	}
}

// observer implements executor.Observer for one scenario.
type observer struct {
	run      *run
	scenario *option.Scenario
}

// Active implements executor.Observer.
func (o observer) Active(delta int) {
	n := o.run.test.Counts.Active.Add(int64(delta))
	if m := o.run.test.Meter; m != nil {
		m.SetVUs(n)
	}
}

// Dropped implements executor.Observer. Only arrivals of a schedule are the
// meter's business: in a closed model nobody waited for a request.
func (o observer) Dropped(due time.Time, n uint64) {
	t := o.run.test
	t.Counts.Dropped.Add(n)
	t.Metrics.Shard(0).Add(t.Builtin.DroppedIterations, float64(n), scenarioTags{t, o.scenario})
	if t.Meter != nil && !due.IsZero() {
		t.Meter.Dropped(due, n)
	}
}

// scenarioTags are the tags of samples that belong to a scenario and to none
// of its virtual users.
type scenarioTags struct {
	test     *vu.Test
	scenario *option.Scenario
}

var _ metric.Tags = scenarioTags{}

// Tag implements metric.Tags.
func (t scenarioTags) Tag(key string) (string, bool) {
	if key == "scenario" && t.test.Options.SystemTags.Has(key) {
		return t.scenario.Name, true
	}
	if v, ok := t.scenario.Tags[key]; ok {
		return v, true
	}
	return t.test.Tag(key)
}

// Put implements metric.Tags.
func (t scenarioTags) Put(into metric.Set) {
	t.test.Put(into)
	maps.Copy(into, t.scenario.Tags)
	if t.test.Options.SystemTags.Has("scenario") {
		into["scenario"] = t.scenario.Name
	}
}
