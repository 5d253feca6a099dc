package platform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/artisan-platform/headroom/cluster/platform/database"
)

// routeData serves what is in the database.
func (b *backend) routeData() {
	b.route(http.MethodGet, "/api/posts", b.ofUser("posts", func(ctx context.Context, user int64) (any, error) {
		return b.data.db.Posts(ctx, user)
	}))
	b.route(http.MethodGet, "/api/products", b.ofUser("products", func(ctx context.Context, user int64) (any, error) {
		return b.data.db.Products(ctx, user)
	}))
	b.route(http.MethodGet, "/api/analytics", b.ofUser("analytics", func(ctx context.Context, user int64) (any, error) {
		if user == 0 {
			return b.data.db.Summary(ctx)
		}
		return b.data.db.UserAnalytics(ctx, user)
	}))
	b.route(http.MethodGet, "/api/posts/{id}", b.readPost)
	b.route(http.MethodPost, "/api/posts", b.writePost)
	b.route(http.MethodGet, "/api/sale-events", b.listEvents)
	b.route(http.MethodGet, "/api/sale-events/count", b.countEvents)
	b.route(http.MethodGet, "/api/sale-events/{id}", b.readEvent)
	b.route(http.MethodPost, "/api/sale-events", b.writeEvents)
}

// ofUser serves a list that a user_id narrows down, through the cache called
// name.
func (b *backend) ofUser(name string, load func(ctx context.Context, user int64) (any, error)) endpointFunc {
	return func(w http.ResponseWriter, r *http.Request) int {
		var user int64
		if s := r.URL.Query().Get("user_id"); s != "" {
			var err error
			if user, err = strconv.ParseInt(s, 10, 64); err != nil || user < 1 {
				return b.refuse(w, http.StatusBadRequest, "user_id must be a number from 1")
			}
		}
		return b.cached(w, r, name, userKey(name, user), func(ctx context.Context) (any, error) { return load(ctx, user) })
	}
}

func userKey(name string, user int64) string { return name + ":user:" + strconv.FormatInt(user, 10) }

func (b *backend) readPost(w http.ResponseWriter, r *http.Request) int {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return b.failed(w, r, database.ErrNotFound)
	}
	return b.cached(w, r, "post", "post:"+strconv.FormatInt(id, 10), func(ctx context.Context) (any, error) {
		return b.data.db.Post(ctx, id)
	})
}

// writePost adds a draft. The list that it belongs to is read anew; a replica
// that lags may still give the old one, for as long as the cache keeps it.
func (b *backend) writePost(w http.ResponseWriter, r *http.Request) int {
	var post struct {
		UserID int64  `json:"user_id"`
		Title  string `json:"title"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&post); err != nil {
		return b.write(w, http.StatusBadRequest, appJSON, notJSON)
	}
	if post.UserID < 1 || post.Title == "" {
		return b.refuse(w, http.StatusUnprocessableEntity, "a post needs a user_id from 1 and a title")
	}
	id, err := b.data.db.CreatePost(r.Context(), post.UserID, post.Title)
	if err != nil {
		return b.failed(w, r, err)
	}
	b.data.cache.Forget(r.Context(), userKey("posts", post.UserID))
	b.data.cache.Forget(r.Context(), userKey("posts", 0))
	return b.write(w, http.StatusCreated, appJSON, fmt.Appendf(nil, `{"id":%d,"status":"draft"}`, id))
}

// fromHeader says where an answer came from: "hit", "miss" or "stale".
const fromHeader = "X-Cache"

// cached answers with the JSON of what load returns.
func (b *backend) cached(w http.ResponseWriter, r *http.Request, name, key string, load func(context.Context) (any, error)) int {
	body, from, err := b.data.cache.Get(r.Context(), key, b.cfg.Data.CacheTTL, func(ctx context.Context) ([]byte, error) {
		v, err := load(ctx)
		if err != nil {
			return nil, err
		}
		return json.Marshal(v)
	})
	b.data.metrics.looked(name, from)
	if err != nil {
		return b.failed(w, r, err)
	}
	w.Header()[fromHeader] = []string{string(from)}
	return b.write(w, http.StatusOK, appJSON, body)
}

// answer writes v as JSON.
func (b *backend) answer(w http.ResponseWriter, r *http.Request, status int, v any) int {
	body, err := json.Marshal(v)
	if err != nil {
		return b.failed(w, r, fmt.Errorf("encode answer: %w", err))
	}
	return b.write(w, status, appJSON, body)
}

func (b *backend) refuse(w http.ResponseWriter, status int, why string) int {
	body, err := json.Marshal(map[string]string{"error": why})
	if err != nil { // a text always has a form in JSON
		body = []byte(`{"error":"unknown"}`)
	}
	return b.write(w, status, appJSON, body)
}

// retrySoon is how long a client should wait when the database is away: a
// circuit breaker tries again after about so long.
var retrySoon = []string{"1"}

// failed answers for an error. What is not the client's doing and not an
// outage is a mistake in the platform, and is logged.
func (b *backend) failed(w http.ResponseWriter, r *http.Request, err error) int {
	switch {
	case errors.Is(err, database.ErrNotFound):
		return b.refuse(w, http.StatusNotFound, "no such thing")
	case database.Refused(err):
		return b.refuse(w, http.StatusUnprocessableEntity, "the database refuses it: "+database.Reason(err))
	case overloaded(err), database.Unavailable(err), r.Context().Err() != nil:
		w.Header()["Retry-After"] = retrySoon
		return b.refuse(w, http.StatusServiceUnavailable, "the database does not answer; try again")
	}
	b.log.Error("request", "path", r.URL.Path, "err", err)
	return b.refuse(w, http.StatusInternalServerError, "internal error")
}
