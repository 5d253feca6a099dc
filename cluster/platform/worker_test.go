package platform

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// values collects the counters and gauges of c.
func values(t *testing.T, c prometheus.Collector) []float64 {
	t.Helper()
	ch := make(chan prometheus.Metric, 10)
	c.Collect(ch)
	close(ch)
	var got []float64
	for m := range ch {
		var d dto.Metric
		if err := m.Write(&d); err != nil {
			t.Fatal(err)
		}
		got = append(got, d.GetCounter().GetValue()+d.GetGauge().GetValue())
	}
	return got
}

// memoryQueue is a jobQueue without a server.
type memoryQueue struct {
	mu   sync.Mutex
	jobs int
	err  error
}

func (q *memoryQueue) set(jobs int, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.jobs, q.err = jobs, err
}

func (q *memoryQueue) take() (string, bool, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err != nil {
		return "", false, q.err
	}
	if q.jobs == 0 {
		q.mu.Unlock()
		time.Sleep(takeWait)
		q.mu.Lock()
		return "", false, nil
	}
	q.jobs--
	return "job", true, nil
}

func (q *memoryQueue) length(context.Context) (int64, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return int64(q.jobs), q.err
}

func TestWorkerTakesJobsAtTheirCostAndDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &memoryQueue{jobs: 100}
		w := newWorker(testConfig(t, roleWorker, map[string]string{"PLATFORM_JOB_TIME": "2s"}), quiet, q)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.run(ctx) }()

		time.Sleep(21 * time.Second) // ten jobs done, the eleventh half done
		cancel()
		began := time.Now()
		<-done
		if took := time.Since(began); took != time.Second {
			t.Errorf("drained in %s, want the second that the job in hand needs", took)
		}
		if got := values(t, w.processed); !slices.Equal(got, []float64{11}) {
			t.Errorf("%v jobs processed, want 11", got)
		}
		if n, _ := q.length(ctx); n != 89 {
			t.Errorf("%d jobs left, want 89: none may be lost", n)
		}
	})
}

func TestWorkerOutlivesAQueueThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &memoryQueue{err: errors.New("refused")}
		w := newWorker(testConfig(t, roleWorker, nil), quiet, q)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.run(ctx) }()

		time.Sleep(5500 * time.Millisecond)
		if w.reachable.Load() {
			t.Error("reachable while the queue fails")
		}
		if got := values(t, w.failures); !slices.Equal(got, []float64{6}) {
			t.Errorf("%v failures in 5.5 s, want one a second: 6", got)
		}
		q.set(3, nil)
		time.Sleep(2 * time.Second)
		if got := values(t, w.processed); !slices.Equal(got, []float64{3}) || !w.reachable.Load() {
			t.Errorf("%v jobs processed, reachable %v after the queue came back", got, w.reachable.Load())
		}
		cancel()
		<-done
	})
}

func TestQueueLengthLeavesAGapRatherThanAnOldValue(t *testing.T) {
	q := &memoryQueue{jobs: 42}
	c := newQueueLength("default", q, quiet)
	if got := values(t, c); !slices.Equal(got, []float64{42}) {
		t.Errorf("queue_length %v, want 42", got)
	}
	q.set(42, errors.New("refused"))
	if got := values(t, c); len(got) != 0 {
		t.Errorf("queue_length %v while the queue cannot be asked, want no series", got)
	}
}

// TestRedisQueue needs Debian's redis-server in PATH; without it the worker is
// covered by the tests above and by the real cluster.
func TestRedisQueue(t *testing.T) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("HEADROOM_REQUIRE_TOOLS") == "1" {
			t.Fatalf("redis-server is required here: %v", err)
		}
		t.Skip("no redis-server in PATH: install it, or set HEADROOM_REQUIRE_TOOLS=1 to fail instead")
	}
	q := newRedisQueue(startRedis(t), "default")
	defer func() {
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err := q.client.RPush(t.Context(), "default", "first", "second").Err(); err != nil {
		t.Fatal(err)
	}
	if n, err := q.length(t.Context()); n != 2 || err != nil {
		t.Errorf("length %d, %v; want 2", n, err)
	}
	for _, want := range []string{"first", "second", ""} {
		got, ok, err := q.take()
		if got != want || ok != (want != "") || err != nil {
			t.Errorf("take = %q, %v, %v; want %q", got, ok, err, want)
		}
	}
}

// startRedis runs a server on a free port and returns its address.
func startRedis(t *testing.T) string {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(addr, ":")
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--dir", t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = cmd.Wait() }) // killed by cancel: its exit code says nothing
	for range 200 {
		if conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", addr); err == nil {
			_ = conn.Close()
			return addr
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatalf("redis-server does not answer on %s", addr)
	return ""
}
