package platform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

var notJSON = []byte(`{"error":"body must be JSON of at most 1 MiB"}`)

// maxBody bounds what a client may send, in bytes.
const maxBody = 1 << 20

// backend is the API. Its answers are prepared once: what a request costs is
// what the configuration says, not what the encoding happens to need.
type backend struct {
	*server
	data     *data // nil: the answers below, and no memory
	burner   burner
	posts    []byte
	products []byte
	post     [][]byte
	created  atomic.Int64
}

func runBackend(ctx context.Context, cfg config, log *slog.Logger) error {
	b, err := newBackend(cfg, log)
	if err != nil {
		return err
	}
	if err := b.openData(ctx); err != nil {
		return err
	}
	err = b.listenAndServe(ctx)
	return errors.Join(err, b.closeData())
}

func newBackend(cfg config, log *slog.Logger) (*backend, error) {
	b := &backend{server: newServer(cfg, log), burner: newBurner(cfg.CPUCost)}
	if err := b.prepare(); err != nil {
		return nil, err
	}
	healthy := []byte(`{"status":"healthy"}`)
	b.route(http.MethodGet, "/health", func(w http.ResponseWriter, _ *http.Request) int {
		return b.write(w, http.StatusOK, appJSON, healthy)
	})
	if cfg.Data.URL == "" {
		b.routeFixed()
	} else {
		b.routeData()
	}
	b.handle("", "/", "other", func(w http.ResponseWriter, _ *http.Request) int {
		return b.write(w, http.StatusNotFound, appJSON, []byte(`{"error":"no such endpoint"}`))
	})
	return b, nil
}

// routeFixed serves answers that are the same for everyone.
func (b *backend) routeFixed() {
	b.route(http.MethodGet, "/api/posts", func(w http.ResponseWriter, _ *http.Request) int {
		return b.write(w, http.StatusOK, appJSON, b.posts)
	})
	b.route(http.MethodGet, "/api/posts/{id}", b.getPost)
	b.route(http.MethodPost, "/api/posts", b.createPost)
	b.route(http.MethodGet, "/api/products", func(w http.ResponseWriter, _ *http.Request) int {
		return b.write(w, http.StatusOK, appJSON, b.products)
	})
}

// prepare encodes the answers of routeFixed.
func (b *backend) prepare() error {
	type item struct {
		ID     int    `json:"id"`
		Title  string `json:"title"`
		Status string `json:"status"`
	}
	list := func(kind, status string) []item {
		items := make([]item, 20)
		for i := range items {
			items[i] = item{i + 1, fmt.Sprintf("%s %d", kind, i+1), status}
		}
		return items
	}
	posts := list("Post", "published")
	for _, p := range posts {
		body, err := json.Marshal(p)
		if err != nil {
			return fmt.Errorf("encode post: %w", err)
		}
		b.post = append(b.post, body)
	}
	var err error
	if b.posts, err = json.Marshal(posts); err != nil {
		return fmt.Errorf("encode posts: %w", err)
	}
	if b.products, err = json.Marshal(list("Product", "active")); err != nil {
		return fmt.Errorf("encode products: %w", err)
	}
	return nil
}

// route adds an endpoint that pays the configured CPU time and delay first.
func (b *backend) route(method, pattern string, fn endpointFunc) {
	b.handle(method, pattern, pattern, func(w http.ResponseWriter, r *http.Request) int {
		b.burner.burn()
		if b.cfg.Delay > 0 {
			sleep(r.Context(), b.cfg.Delay)
		}
		return fn(w, r)
	})
}

// sleep waits for d or until the client has gone.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (b *backend) getPost(w http.ResponseWriter, r *http.Request) int {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || id < 1 || id > len(b.post) {
		return b.write(w, http.StatusNotFound, appJSON, []byte(`{"error":"no such post"}`))
	}
	return b.write(w, http.StatusOK, appJSON, b.post[id-1])
}

// createPost accepts any JSON and forgets it: the stand-in keeps no state.
func (b *backend) createPost(w http.ResponseWriter, r *http.Request) int {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil || !json.Valid(body) {
		return b.write(w, http.StatusBadRequest, appJSON, notJSON)
	}
	id := int64(len(b.post)) + b.created.Add(1)
	return b.write(w, http.StatusCreated, appJSON, fmt.Appendf(nil, `{"id":%d,"status":"draft"}`, id))
}
