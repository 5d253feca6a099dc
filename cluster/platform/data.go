package platform

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/artisan-platform/headroom/cluster/platform/batch"
	"github.com/artisan-platform/headroom/cluster/platform/breaker"
	"github.com/artisan-platform/headroom/cluster/platform/cache"
	"github.com/artisan-platform/headroom/cluster/platform/database"
)

// data is where a backend with a database keeps things: PostgreSQL, a cache in
// front of it, and the gathering of sale events.
type data struct {
	db      *database.DB
	redis   redis.UniversalClient
	cache   *cache.Cache
	events  *batch.Batcher[database.SaleEvent]
	metrics *dataMetrics

	reached atomic.Bool // the database has answered once
	stop    context.CancelFunc
	tasks   sync.WaitGroup
}

// cachePrefix keeps the cache apart from the queue, which may be in the same
// Redis.
const cachePrefix = "cache:"

// refreshCheck is how often each backend looks whether a refresh is due, as a
// part of the refresh interval: the view is then at most so much older.
const refreshCheck = 4

// pingPause is the pause between attempts to reach the database at the start.
const pingPause = 500 * time.Millisecond

// openData prepares the database and the cache, where a database is
// configured, and starts the tasks that closeData ends.
//
// Readiness asks for the database once, at the start: a pod with a wrong
// address or password never gets traffic, and a rollout of it stops. After
// that a database that is away does not make pods unready. It is away for all
// of them at once, so that the Service would be left without a pod, and what
// still works (health, answers from the cache, sale events that wait for the
// new primary) would fail too, for some seconds longer than the database.
func (b *backend) openData(ctx context.Context) error {
	cfg := b.cfg.Data
	if cfg.URL == "" {
		return nil
	}
	d := &data{metrics: newDataMetrics()}
	var err error
	d.db, err = database.Open(ctx, database.Config{
		URL: cfg.URL, ReadURL: cfg.ReadURL, User: cfg.User, Password: cfg.Password, MaxConns: cfg.Pool,
		ReadTimeout: cfg.ReadTimeout, WriteTimeout: cfg.WriteTimeout,
		NewBreaker: func(name string, judge func(error) breaker.Outcome) *breaker.Breaker {
			return b.newBreaker(d.metrics, name, judge)
		},
	})
	if err != nil {
		return fmt.Errorf("PLATFORM_DB_URL, PLATFORM_DB_READ_URL: %w", err)
	}
	d.redis = newRedis(b.cfg.Redis)
	d.cache = cache.New(cache.Config{
		Store:       cache.NewRedis(d.redis, b.newBreaker(d.metrics, "cache", nil), cachePrefix, cfg.CacheTimeout),
		LoadTimeout: 2 * cfg.ReadTimeout, // a replica, then the primary
		Fallback:    cfg.CacheEntries, StaleFor: cfg.CacheStale,
		Final:  func(err error) bool { return errors.Is(err, database.ErrNotFound) },
		Failed: func(error) { d.metrics.cacheErrors.Inc() },
	})
	d.events = batch.New(batch.Config[database.SaleEvent]{
		Size: cfg.BatchSize, Wait: cfg.BatchWait, Writers: cfg.BatchWriters, Pending: 10 * cfg.BatchSize,
		Write: d.writeEvents, Alone: database.Refused,
	})
	b.data = d
	b.metrics.registry.MustRegister(d.metrics.collectors(d.db)...)
	b.healthy = d.reached.Load
	b.startTasks()
	return nil
}

func (b *backend) newBreaker(m *dataMetrics, name string, judge func(error) breaker.Outcome) *breaker.Breaker {
	transitions, refused := m.watchBreaker(name)
	br := breaker.New(breaker.Config{
		Failures: b.cfg.Data.BreakerFailures, OpenFor: b.cfg.Data.BreakerOpen, Judge: judge,
		Changed: func(from, to breaker.State) {
			transitions[to].Inc()
			b.log.Info("circuit breaker", "breaker", name, "from", from, "to", to)
		},
		Refused: refused.Inc,
	})
	m.states.add(name, br)
	return br
}

// startTasks starts what runs beside the requests. It outlives the context
// that the server drains on.
func (b *backend) startTasks() {
	var ctx context.Context
	ctx, b.data.stop = context.WithCancel(context.Background())
	b.data.tasks.Go(func() { b.reachDatabase(ctx) })
	if b.cfg.Data.Refresh > 0 {
		b.data.tasks.Go(func() { b.refreshAnalytics(ctx) })
	}
}

func (b *backend) reachDatabase(ctx context.Context) {
	last := ""
	for ctx.Err() == nil {
		err := b.data.db.Ping(ctx)
		if err == nil {
			b.data.reached.Store(true)
			return
		}
		if err.Error() != last {
			last = err.Error()
			b.log.Warn("not ready: the database has not answered yet", "err", err)
		}
		sleep(ctx, pingPause)
	}
}

func (b *backend) refreshAnalytics(ctx context.Context) {
	every := b.cfg.Data.Refresh
	for {
		sleep(ctx, max(every/refreshCheck, 10*time.Millisecond))
		if ctx.Err() != nil {
			return
		}
		done, err := b.data.db.RefreshAnalytics(ctx, every)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			b.data.metrics.refreshes.WithLabelValues("failed").Inc()
			b.log.Warn("analytics", "err", err)
		case done:
			b.data.metrics.refreshes.WithLabelValues("done").Inc()
		}
	}
}

// writeEvents writes what the batcher gathered.
func (d *data) writeEvents(ctx context.Context, events []database.SaleEvent) error {
	d.metrics.batchSize.Observe(float64(len(events)))
	return d.db.InsertSaleEvents(ctx, events)
}

// closeData ends the tasks, writes what waits, and closes the connections. The
// server has ended its requests by then.
func (b *backend) closeData() error {
	d := b.data
	if d == nil {
		return nil
	}
	d.stop()
	d.tasks.Wait()
	d.events.Close()
	d.cache.Close()
	d.db.Close()
	if err := d.redis.Close(); err != nil {
		return fmt.Errorf("close connections to Redis: %w", err)
	}
	return nil
}
