package integration

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/artisan-platform/headroom/cluster/platform/database"
	"github.com/artisan-platform/headroom/cluster/platform/schema"
)

func TestAnswersAreTheDatabases(t *testing.T) {
	w := newWorld(t, 25)
	b := w.backend(t)
	posts := read[[]database.Post](b, "/api/posts?user_id=7")
	sorted := slices.IsSortedFunc(posts, func(a, b database.Post) int { return b.CreatedAt.Compare(a.CreatedAt) })
	if len(posts) != schema.Posts/schema.Users || !sorted || posts[0].UserID != 7 {
		t.Errorf("%d posts of user 7, newest first %v: %v", len(posts), sorted, posts)
	}
	if got := read[[]database.Product](b, "/api/products?user_id=7"); len(got) != schema.ActivePerUser || got[0].Status != "active" {
		t.Errorf("products of user 7: %v, want the %d active ones", got, schema.ActivePerUser)
	}
	if got := read[database.UserAnalytics](b, "/api/analytics?user_id=7"); got.TotalPosts != 20 || got.PublishedPosts != 14 || got.AvgEngagement <= 0 {
		t.Errorf("analytics of user 7: %+v", got)
	}
	if got := read[database.Summary](b, "/api/analytics"); got.Users != schema.Users || got.TotalPosts != schema.Posts {
		t.Errorf("analytics of all: %+v", got)
	}
	if got := read[[]database.SaleEvent](b, "/api/sale-events?platform=etsy"); len(got) != 20 || got[0].Platform != "etsy" {
		t.Errorf("sales on etsy: %v", got)
	}
	if got := read[database.Post](b, "/api/posts/42"); got.ID != 42 || got.Title != "Post 42" {
		t.Errorf("post 42: %+v", got)
	}
	for path, status := range map[string]int{"/api/posts/99999999": 404, "/api/posts/x": 404, "/api/posts?user_id=x": 400,
		"/api/sale-events": 400, "/api/sale-events/none": 404, "/api/analytics?user_id=999999": 404, "/api/else": 404} {
		b.get(path, status)
	}
	b.get("/api/posts?user_id=7", 200)
	if hits := b.metric(`cache_hits_total{cache="posts"}`); hits != 1 {
		t.Errorf("%v hits of the cache of posts, want 1", hits)
	}
}

// Few connections of the server for many clients: each statement meets another
// connection than the one before.
func TestTransactionPooling(t *testing.T) {
	w := newWorld(t, 2)
	b := w.backend(t, "PLATFORM_CACHE_TTL=1ms", "PLATFORM_ANALYTICS_REFRESH=200ms")
	var wg sync.WaitGroup
	for n := range 40 {
		wg.Go(func() {
			for i := range 25 {
				id := 1 + (n*25+i)%1000
				for _, path := range []string{"/api/posts?user_id=%d", "/api/products?user_id=%d", "/api/analytics?user_id=%d", "/api/posts/%d"} {
					b.get(fmt.Sprintf(path, id), http.StatusOK)
				}
				b.post(fmt.Sprintf(`{"event_id":"pool-%d-%d","product_id":%d,"platform":"etsy","amount_cents":100}`, n, i, id))
			}
		})
	}
	wg.Wait()
	if n := w.count(t, "SELECT count(*) FROM sale_events WHERE event_id LIKE 'pool-%'"); n != 1000 {
		t.Errorf("%d sale events, want 1000", n)
	}
	if n := w.count(t, "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app_user'"); n < 1 || n > 4 {
		t.Errorf("%d connections of the server, want 2 and a reserve of 2 at most", n)
	}
	if failed := b.metric(`analytics_refreshes_total{outcome="failed"}`); failed != 0 {
		t.Errorf("%v refreshes failed", failed)
	}
	if n := b.metric(`circuit_breaker_transitions_total{breaker="primary",to="open"}`); n != 0 {
		t.Errorf("the circuit breaker opened %v times", n)
	}
}

// Why queries go as unnamed statements: pgx prepares by name unless told
// otherwise, and meets connections that have never heard of the name.
func TestNamedStatementsFailInTransactionPooling(t *testing.T) {
	w := newWorld(t, 2)
	conf, err := pgxpool.ParseConfig(w.appURL())
	must(t, err, "address")
	conf.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
	conf.MaxConns = 10
	pool, err := pgxpool.NewWithConfig(t.Context(), conf)
	must(t, err, "pool")
	defer pool.Close()
	var failed atomic.Int64
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			for id := range 50 {
				var title string
				err := pool.QueryRow(t.Context(), "SELECT title FROM posts WHERE id = $1", id+1).Scan(&title)
				if err != nil && strings.Contains(err.Error(), "prepared statement") {
					failed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if failed.Load() == 0 {
		t.Error("named statements worked: the platform could use them")
	}
}

// Several backends agree on who refreshes the view, and see each other's posts.
func TestTheViewIsRefreshedByOneOfMany(t *testing.T) {
	w := newWorld(t, 25)
	const every = time.Second
	began := time.Now()
	var all []*role
	for range 3 {
		all = append(all, w.backend(t, "PLATFORM_ANALYTICS_REFRESH="+every.String(), "PLATFORM_CACHE_TTL=50ms"))
	}
	before := read[[]database.Post](all[0], "/api/posts?user_id=7")
	got, err := all[0].try(http.MethodPost, "/api/posts", `{"user_id":7,"title":"new"}`)
	if err != nil || got.status != http.StatusCreated {
		t.Fatalf("POST /api/posts: %d %s, %v", got.status, got.body, err)
	}
	if after := read[[]database.Post](all[0], "/api/posts?user_id=7"); len(after) != 20 || after[0].Title != "new" || before[0].Title == "new" {
		t.Errorf("the newest post is %+v, want the new one", after[0])
	}
	eventually(t, 10*time.Second, "the view counts the new post", func() error {
		if got := read[database.UserAnalytics](all[1], "/api/analytics?user_id=7"); got.TotalPosts != 21 {
			return fmt.Errorf("%d posts, want 21", got.TotalPosts)
		}
		return nil
	})
	time.Sleep(4 * every)
	took, refreshes := time.Since(began), 0.0
	for _, b := range all {
		refreshes += b.metric(`analytics_refreshes_total{outcome="done"}`)
	}
	if refreshes < 2 || refreshes > took.Seconds()/every.Seconds()+2 {
		t.Errorf("%v refreshes in %s by three backends, want about one in %s", refreshes, took, every)
	}
}
