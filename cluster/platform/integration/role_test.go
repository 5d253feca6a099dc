package integration

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/cluster/platform"
)

// role is one role of the platform, run as in its container but for the
// process.
type role struct {
	t    *testing.T
	url  string
	stop context.CancelFunc
	done chan error
	log  output
}

// run starts a role with the given environment ("NAME=value"), without
// pauses, and stops it at the test's end.
func run(t *testing.T, name string, env ...string) *role {
	t.Helper()
	port := freePort(t)
	all := pairs(append([]string{"POD_NAME=" + name + "-" + strconv.Itoa(port), "PLATFORM_PORT=" + strconv.Itoa(port), "PLATFORM_CPU_COST=0s",
		"PLATFORM_DRAIN_DELAY=0s", "PLATFORM_JOB_CPU=0s", "PLATFORM_ANALYTICS_REFRESH=0s"}, env...))
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	r := &role{t: t, url: "http://" + address(port), stop: cancel, done: make(chan error, 1)}
	go func() {
		defer close(r.done)
		lookup := func(name string) (string, bool) { v, ok := all[name]; return v, ok }
		r.done <- platform.Run(ctx, []string{name}, lookup, io.Discard, &r.log)
	}()
	t.Cleanup(func() {
		r.end()
		if t.Failed() {
			t.Logf("%s says:\n%s", name, r.log.String())
		}
	})
	return r
}

// backend runs the API on the world's database and cache, and waits until it
// is ready.
func (w *world) backend(t *testing.T, env ...string) *role {
	t.Helper()
	r := run(t, "backend", append([]string{"PLATFORM_DB_URL=" + w.appURL(), "PLATFORM_REDIS_ADDR=" + w.redisAddr}, env...)...)
	r.waitReady()
	return r
}

func (r *role) waitReady() {
	r.t.Helper()
	eventually(r.t, 30*time.Second, "the platform is ready", func() error {
		got, err := r.try(http.MethodGet, "/readyz", "")
		if err == nil && got.status != http.StatusOK {
			return fmt.Errorf("answered %d", got.status)
		}
		return err
	})
}

// end stops the role and waits for it. It may be called twice.
func (r *role) end() {
	r.t.Helper()
	r.stop()
	if err := <-r.done; err != nil {
		r.t.Errorf("the platform ended with %v", err)
	}
}

type answer struct {
	status int
	from   string // X-Cache
	body   []byte
	took   time.Duration
}

var client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 100}}

func (r *role) try(method, path, body string) (answer, error) {
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	began := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	data, err := io.ReadAll(resp.Body)
	if cerr := resp.Body.Close(); err == nil {
		err = cerr
	}
	return answer{resp.StatusCode, resp.Header.Get("X-Cache"), data, time.Since(began)}, err
}

// get expects status.
func (r *role) get(path string, status int) answer {
	r.t.Helper()
	got, err := r.try(http.MethodGet, path, "")
	if err != nil || got.status != status {
		r.t.Errorf("GET %s: %d %s, %v; want %d", path, got.status, got.body, err, status)
	}
	return got
}

// read decodes the answer to a GET.
func read[T any](r *role, path string) T {
	r.t.Helper()
	var v T
	if err := json.Unmarshal(r.get(path, http.StatusOK).body, &v); err != nil {
		r.t.Errorf("GET %s: %v", path, err)
	}
	return v
}

// post sends a sale event and expects it to be acknowledged.
func (r *role) post(body string) {
	r.t.Helper()
	got, err := r.try(http.MethodPost, "/api/sale-events", body)
	if err != nil || got.status != http.StatusCreated {
		r.t.Errorf("POST /api/sale-events: %d %s, %v; want 201", got.status, got.body, err)
	}
}

// metric is the value of a series, named as it is exposed; 0 if it is not.
func (r *role) metric(series string) float64 {
	r.t.Helper()
	v, err := r.scrape(series)
	if err != nil {
		r.t.Errorf("metric %s: %v", series, err)
	}
	return v
}

func (r *role) scrape(series string) (float64, error) {
	got, err := r.try(http.MethodGet, "/metrics", "")
	if err != nil {
		return 0, err
	}
	for lines := bufio.NewScanner(bytes.NewReader(got.body)); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), series+" "); ok {
			return strconv.ParseFloat(value, 64)
		}
	}
	return 0, nil
}

// waitMetric waits until a series has a value.
func (r *role) waitMetric(series string, want float64, within time.Duration) {
	r.t.Helper()
	eventually(r.t, within, series, func() error {
		got, err := r.scrape(series)
		if err == nil && got != want {
			return fmt.Errorf("%s is %v, want %v", series, got, want)
		}
		return err
	})
}
