package platform

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// needRedis: the test needs Debian's redis-server in PATH; without it the worker is
// covered by its own tests and by the real cluster.
func needRedis(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("HEADROOM_REQUIRE_TOOLS") == "1" {
			t.Fatalf("redis-server is required here: %v", err)
		}
		t.Skip("no redis-server in PATH: install it, or set HEADROOM_REQUIRE_TOOLS=1 to fail instead")
	}
}

// queueOf is the queue as the worker of that name sees it.
func queueOf(t *testing.T, addr, worker, lease string) redisQueue {
	t.Helper()
	q := newRedisQueue(testConfig(t, roleWorker, map[string]string{
		"POD_NAME": worker, "PLATFORM_REDIS_ADDR": addr, "PLATFORM_JOB_LEASE": lease}))
	t.Cleanup(func() {
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	})
	return q
}

// takes expects the next job; "" is none.
func takes(t *testing.T, q redisQueue, want string) {
	t.Helper()
	got, ok, err := q.take()
	if got != want || ok != (want != "") || err != nil {
		t.Errorf("%s took %q, %v, %v; want %q", q.worker, got, ok, err, want)
	}
}

func TestRedisQueue(t *testing.T) {
	needRedis(t)
	q := queueOf(t, startRedis(t), "pod-1", "30s")
	ctx := t.Context()
	if err := q.client.RPush(ctx, "default", "first", "second").Err(); err != nil {
		t.Fatal(err)
	}
	if n, err := q.length(ctx); n != 2 || err != nil {
		t.Errorf("length %d, %v; want 2", n, err)
	}
	takes(t, q, "first")
	takes(t, q, "first") // as if the first answer had been lost
	for range 2 {        // done may be repeated
		if err := q.done(ctx, "first"); err != nil {
			t.Error(err)
		}
	}
	takes(t, q, "second")
	if err := q.done(ctx, "second"); err != nil {
		t.Error(err)
	}
	takes(t, q, "")
	if err := q.leave(ctx); err != nil {
		t.Error(err)
	}
	if keys, err := q.client.Keys(ctx, "*").Result(); len(keys) != 0 || err != nil {
		t.Errorf("left behind %v, %v", keys, err)
	}
}

// A worker that was killed holds a job: when its lease is over, another does
// it, before those that came later. One that is alive keeps its own.
func TestAJobOfAKilledWorkerIsDoneByAnother(t *testing.T) {
	needRedis(t)
	addr := startRedis(t)
	killed, alive := queueOf(t, addr, "killed", "300ms"), queueOf(t, addr, "alive", "300ms")
	ctx := t.Context()
	if err := killed.client.RPush(ctx, "default", "1", "2", "3").Err(); err != nil {
		t.Fatal(err)
	}
	takes(t, killed, "1")
	takes(t, alive, "2")
	reclaimed := int64(0)
	for end := time.Now().Add(5 * time.Second); reclaimed == 0 && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if err := alive.renew(ctx); err != nil {
			t.Fatal(err)
		}
		n, err := alive.reclaim(ctx)
		if err != nil {
			t.Fatal(err)
		}
		reclaimed += n
	}
	if reclaimed != 1 {
		t.Errorf("%d jobs put back, want that of the killed worker", reclaimed)
	}
	if err := alive.done(ctx, "2"); err != nil {
		t.Fatal(err)
	}
	takes(t, alive, "1")
}

func TestAWorkerThatLeavesPutsItsJobBack(t *testing.T) {
	needRedis(t)
	addr := startRedis(t)
	one, two := queueOf(t, addr, "one", "1h"), queueOf(t, addr, "two", "1h")
	if err := one.client.RPush(t.Context(), "default", "1", "2").Err(); err != nil {
		t.Fatal(err)
	}
	takes(t, one, "1")
	if err := one.leave(t.Context()); err != nil {
		t.Fatal(err)
	}
	takes(t, two, "1")
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
