package proof

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
)

// edgeName is the edge cache's own, which the guide leaves to its cloud.
const edgeName = "cdn.artisan-platform.com"

// cacheStatus is the header by which the edge cache tells where an answer came
// from; it has none where nothing is cached.
const cacheStatus = "X-Cache-Status"

const (
	edgeLogs   = "look at the edge cache: kubectl -n artisan-platform logs deployment/edge-cache"
	edgeConfig = "look at nginx.conf in ConfigMap artisan-platform/edge-cache; headroom up puts the documented behaviour back"
)

func (a *Access) edge() front {
	return front{scheme: "https", name: edgeName, address: a.Edge, caFile: a.CAFile}
}

// edgeChecks hold the edge cache to what the guide asks of its content delivery
// network.
func edgeChecks(a *Access) []Check {
	checks := []Check{
		{Name: "a page comes from the cache the second time, and what is not cached from the origin", Run: a.edgeCaches},
		{Name: "a page is compressed for who asks, and is the same", Run: a.edgeCompresses},
		{Name: "/api/* is never cached", Run: a.edgePasses},
		{Name: "plain HTTP is sent to HTTPS", Run: a.edgeRedirects},
	}
	for i := range checks {
		checks[i].Component = "edge cache"
	}
	return checks
}

// ask is a GET whose failure is put down to the certificate or to the cache.
func (a *Access) ask(ctx context.Context, path string, header http.Header) (*answer, error) {
	f := a.edge()
	got, err := f.get(ctx, path, header)
	if err != nil {
		return nil, f.blame(err, "artisan-platform/edge-cache-tls", edgeLogs)
	}
	return got, nil
}

func (a *Access) edgeCaches(ctx context.Context) (string, error) {
	unknown, err := a.ask(ctx, "/headroom-"+rand.Text(), nil)
	if err != nil {
		return "", err
	}
	if s := unknown.header.Get(cacheStatus); s != "MISS" {
		return "", Failed(edgeConfig, "a page that nobody has asked for is %q in the cache, want MISS", s)
	}
	var got *answer
	for range 2 {
		if got, err = a.ask(ctx, "/", nil); err != nil {
			return "", err
		}
		if got.status != http.StatusOK {
			return "", Failed(edgeLogs, "the frontend's page is answered with %d, want 200", got.status)
		}
	}
	if s := got.header.Get(cacheStatus); s != "HIT" {
		return "", Failed(edgeConfig, "the frontend's page is %q in the cache when it is asked for again, want HIT", s)
	}
	return "miss and hit", nil
}

func (a *Access) edgeCompresses(ctx context.Context) (string, error) {
	plain, err := a.ask(ctx, "/", nil)
	if err != nil {
		return "", err
	}
	packed, err := a.ask(ctx, "/", http.Header{"Accept-Encoding": {"gzip"}})
	if err != nil {
		return "", err
	}
	if e := packed.header.Get("Content-Encoding"); e != "gzip" {
		return "", Failed(edgeConfig, "the frontend's page comes with encoding %q, want gzip", e)
	}
	if e := plain.header.Get("Content-Encoding"); e != "" {
		return "", Failed(edgeConfig, "the frontend's page comes with encoding %q to a client that asked for none", e)
	}
	body, err := unzip(packed.body)
	if err != nil {
		return "", Failed(edgeLogs, "unpack the frontend's page: %w", err)
	}
	if !bytes.Equal(body, plain.body) {
		return "", Failed(edgeLogs, "the compressed page holds %d bytes, the plain one %d: they differ", len(body), len(plain.body))
	}
	return fmt.Sprintf("gzip %d of %d bytes", len(packed.body), len(plain.body)), nil
}

func unzip(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, mostBody))
}

// edgePasses asks for the same API answer several times. A cache would keep the
// first, and say so by the header that it sets on all it keeps.
func (a *Access) edgePasses(ctx context.Context) (string, error) {
	const times = 3
	for range times {
		got, err := a.ask(ctx, "/api/posts", nil)
		if err != nil {
			return "", err
		}
		if s := got.header.Get(cacheStatus); s != "" {
			return "", Failed(edgeConfig, "/api/posts is %q in the cache, want it passed on: it must not be cached", s)
		}
		if age := got.header.Get("Age"); age != "" {
			return "", Failed(edgeConfig, "/api/posts is %s s old, want it fresh from the API", age)
		}
		if got.status >= http.StatusInternalServerError {
			return "", Failed("the edge cache reaches the API through the ingress: look at its line here, and at the backends", "/api/posts is answered with %d", got.status)
		}
	}
	return "/api/posts passed on", nil
}

func (a *Access) edgeRedirects(ctx context.Context) (string, error) {
	f := front{scheme: "http", name: edgeName, address: a.EdgePlain}
	got, err := f.get(ctx, "/about?x=1", nil)
	if err != nil {
		return "", Failed(edgeLogs, "%w", err)
	}
	const want = "https://" + edgeName + "/about?x=1"
	if to := got.header.Get("Location"); got.status != http.StatusMovedPermanently || to != want {
		return "", Failed(edgeConfig, "answered with %d to %q, want 301 to %q", got.status, to, want)
	}
	return "http sent to https", nil
}
