package integration

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// load asks the backend for path of users 1 to 20, by n clients, until stop is
// called, which returns how the answers were.
func (r *role) load(t *testing.T, n int, path string) (stop func() map[int]int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var mu sync.Mutex
	statuses := make(map[int]int)
	for c := range n {
		wg.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				got, err := r.try(http.MethodGet, fmt.Sprintf(path, 1+(c+i)%20), "")
				if err != nil {
					got.status = 0 // the platform itself did not answer
				}
				mu.Lock()
				statuses[got.status]++
				mu.Unlock()
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	return func() map[int]int {
		cancel()
		wg.Wait()
		return statuses
	}
}

const (
	primaryState = `circuit_breaker_state{breaker="primary"}`
	primaryOpens = `circuit_breaker_transitions_total{breaker="primary",to="open"}`
	cacheState   = `circuit_breaker_state{breaker="cache"}`
)

// The database dies under load: what was seen lately is answered from memory,
// the rest is refused at once and not after a time-out; the pod stays ready;
// and when the database is back so is everything.
func TestTheDatabaseDiesUnderLoad(t *testing.T) {
	w := newWorld(t, 25)
	b := w.backend(t, "PLATFORM_CACHE_TTL=50ms", "PLATFORM_DB_READ_TIMEOUT=500ms", "PLATFORM_BREAKER_OPEN=300ms")
	for user := range 20 {
		b.get(fmt.Sprintf("/api/posts?user_id=%d", user+1), http.StatusOK)
	}
	stop := b.load(t, 8, "/api/posts?user_id=%d")
	time.Sleep(500 * time.Millisecond)
	if opens := b.metric(primaryOpens); opens != 0 {
		t.Errorf("opened %v times while all was well", opens)
	}

	must(t, w.postgres.kill(t.Context()), "kill PostgreSQL")
	b.waitMetric(primaryState, 2, 10*time.Second)
	refusedAtOnce := 0
	for user := range 10 {
		got := b.get(fmt.Sprintf("/api/posts?user_id=%d", 500+user), http.StatusServiceUnavailable)
		if got.took < 200*time.Millisecond {
			refusedAtOnce++
		}
	}
	if refusedAtOnce < 8 {
		t.Errorf("%d of 10 requests were refused at once, want all but the one that tries the database", refusedAtOnce)
	}
	if got := b.get("/api/posts?user_id=3", http.StatusOK); got.from != "stale" {
		t.Errorf("known posts come from %q, want stale", got.from)
	}
	b.get("/readyz", http.StatusOK)
	b.get("/health", http.StatusOK)

	must(t, w.postgres.start(t.Context()), "start PostgreSQL")
	waitListening(t, postgresProgram(w.postgresPort))
	b.waitMetric(primaryState, 0, 15*time.Second)
	eventually(t, 5*time.Second, "posts come from the database", func() error {
		if got := b.get("/api/posts?user_id=600", http.StatusOK); got.from == "stale" {
			return fmt.Errorf("from %q", got.from)
		}
		return nil
	})
	if statuses := stop(); statuses[http.StatusOK] < 100 || len(statuses) != 1 {
		t.Errorf("known posts were answered with %v, want 200 throughout", statuses)
	}
}

// A pod that cannot reach its database at the start gets no traffic until it
// can.
func TestNotReadyBeforeTheDatabaseAnswersOnce(t *testing.T) {
	w := newWorld(t, 5)
	must(t, w.pgbouncer.kill(t.Context()), "kill PgBouncer")
	b := run(t, "backend", "PLATFORM_DB_URL="+w.appURL(), "PLATFORM_REDIS_ADDR="+w.redisAddr)
	eventually(t, 10*time.Second, "the platform answers", func() error {
		_, err := b.try(http.MethodGet, "/livez", "")
		return err
	})
	for range 5 {
		b.get("/readyz", http.StatusServiceUnavailable)
		time.Sleep(100 * time.Millisecond)
	}
	must(t, w.pgbouncer.start(t.Context()), "start PgBouncer")
	b.waitReady()
}

// Reads of a replica that is away go to the primary.
func TestAReplicaThatIsAwayIsReplaced(t *testing.T) {
	w := newWorld(t, 5)
	away := fmt.Sprintf("postgres://app_user:secret@%s/artisan_platform?sslmode=disable", address(freePort(t)))
	b := w.backend(t, "PLATFORM_DB_READ_URL="+away)
	for user := range 20 {
		b.get(fmt.Sprintf("/api/posts?user_id=%d", 1+user), http.StatusOK)
	}
	if got := b.metric(`circuit_breaker_transitions_total{breaker="replica",to="open"}`); got < 1 {
		t.Errorf("the replica's breaker opened %v times, want once at least", got)
	}
	if got := b.metric(primaryOpens); got != 0 {
		t.Errorf("the primary's breaker opened %v times", got)
	}
	if got := b.metric(`database_connections_max{pool="primary"}`); got != 20 {
		t.Errorf("database_connections_max %v, want 20", got)
	}
}

// Redis dies, or hangs, under load: no answer is lost, and none takes longer
// than the cache's time-out for long.
func TestRedisIsLost(t *testing.T) {
	for name, lose := range map[string]struct {
		off, on func(context.Context, service) error
	}{
		"killed": {func(ctx context.Context, s service) error { return s.kill(ctx) }, func(ctx context.Context, s service) error { return s.start(ctx) }},
		"hangs":  {func(ctx context.Context, s service) error { return s.pause(ctx) }, func(ctx context.Context, s service) error { return s.resume(ctx) }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 25)
			b := w.backend(t, "PLATFORM_CACHE_TIMEOUT=200ms", "PLATFORM_BREAKER_OPEN=2s")
			stop := b.load(t, 8, "/api/products?user_id=%d")
			eventually(t, 20*time.Second, "the cache is used", func() error {
				hits, err := b.scrape(`cache_hits_total{cache="products"}`)
				if err == nil && hits < 100 {
					return fmt.Errorf("%v hits", hits)
				}
				return err
			})
			must(t, lose.off(t.Context(), w.redis), "lose Redis")
			b.waitMetric(cacheState, 2, 10*time.Second)
			// For two seconds nobody asks Redis: an answer takes what the database takes.
			var slow atomic.Int64
			for user := range 10 {
				if got := b.get(fmt.Sprintf("/api/products?user_id=%d", 100+user), http.StatusOK); got.took > 190*time.Millisecond {
					slow.Add(1)
				}
			}
			if slow.Load() > 1 {
				t.Errorf("%d of 10 answers waited for Redis", slow.Load())
			}
			must(t, lose.on(t.Context(), w.redis), "bring Redis back")
			b.waitMetric(cacheState, 0, 15*time.Second)
			eventually(t, 5*time.Second, "the cache is used again", func() error {
				if got := b.get("/api/products?user_id=900", http.StatusOK); got.from != "hit" {
					return fmt.Errorf("from %q", got.from)
				}
				return nil
			})
			if statuses := stop(); statuses[http.StatusOK] < 100 || len(statuses) != 1 {
				t.Errorf("answers %v, want 200 throughout", statuses)
			}
		})
	}
}

// A key of the cache that never runs out could not be evicted to make room,
// and would stay when what it is about is gone.
func TestEveryCachedKeyRunsOut(t *testing.T) {
	w := newWorld(t, 5)
	b := w.backend(t)
	for _, path := range []string{"/api/posts", "/api/posts?user_id=1", "/api/posts/1", "/api/products", "/api/analytics", "/api/analytics?user_id=1"} {
		b.get(path, http.StatusOK)
	}
	c := redisClient(t, w.redisAddr)
	keys, err := c.Keys(t.Context(), "*").Result()
	must(t, err, "list keys")
	if len(keys) != 6 {
		t.Errorf("keys %v, want six", keys)
	}
	for _, key := range keys {
		if ttl, err := c.PTTL(t.Context(), key).Result(); err != nil || ttl <= 0 || ttl > 10*time.Second {
			t.Errorf("%s runs out in %s, %v; want at most PLATFORM_CACHE_TTL", key, ttl, err)
		}
	}
}
