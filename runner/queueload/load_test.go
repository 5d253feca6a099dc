package queueload

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/spec"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server starts a Redis of the test's own and returns its address.
func server(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("HEADROOM_REQUIRE_TOOLS") == "1" {
			t.Fatalf("redis-server is required here: %v", err)
		}
		t.Skip("no redis-server in PATH: install it, or set HEADROOM_REQUIRE_TOOLS=1 to fail instead")
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = cmd.Wait() // killed by us
	})
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err = Length(t.Context(), address, "x"); err == nil {
			return address
		}
		if time.Now().After(end) {
			t.Fatalf("redis-server does not answer: %v", err)
		}
	}
}

type sink struct {
	mu      sync.Mutex
	records []observation.Record
}

func (s *sink) Observe(r observation.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = append(s.records, r)
}

func jobs(t *testing.T, address, list string) []string {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: address})
	defer func() { _ = client.Close() }()
	got, err := client.LRange(t.Context(), list, 0, -1).Result()
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestPushesEveryJobOnceAndInOrder(t *testing.T) {
	address := server(t)
	for name, over := range map[string]time.Duration{"burst": 0, "spread": 300 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			to := &sink{}
			n := 2*batch + 7
			start := time.Now()
			err := Run(t.Context(), Config{Name: "burst", Sink: to, Queue: spec.Queue{Address: address, List: name, Jobs: n, Over: over}})
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took < over*9/10 {
				t.Errorf("took %v, want the jobs spread over %v", took, over)
			}
			got := jobs(t, address, name)
			for i, job := range got {
				if want := fmt.Sprintf(`{"seq":%d}`, i); job != want {
					t.Fatalf("job %d is %s, want %s", i, job, want)
				}
			}
			want := observation.Queue{Load: "burst", List: name, Pushed: n, Length: int64(n)}
			if len(got) != n || len(to.records) != 1 || *to.records[0].Queue != want {
				t.Errorf("%d jobs in the list, recorded %+v, want %+v", len(got), to.records, want)
			}
			if length, err := Length(t.Context(), address, name); err != nil || length != int64(n) {
				t.Errorf("Length = %d, %v, want %d", length, err, n)
			}
		})
	}
}

func TestPayload(t *testing.T) {
	address := server(t)
	if err := Run(t.Context(), Config{Sink: &sink{}, Queue: spec.Queue{Address: address, List: "q", Jobs: 2, Payload: "job"}}); err != nil {
		t.Fatal(err)
	}
	if got := jobs(t, address, "q"); len(got) != 2 || got[0] != "job" || got[1] != "job" {
		t.Errorf("jobs %q, want two times job", got)
	}
}

func TestStopRecordsWhatWasPushed(t *testing.T) {
	address := server(t)
	to := &sink{}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	err := Run(ctx, Config{Name: "slow", Sink: to, Queue: spec.Queue{Address: address, List: "q", Jobs: 1000, Over: time.Hour}})
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "of 1000 jobs") {
		t.Errorf("err = %v, want the context's and how far it came", err)
	}
	if len(to.records) != 1 || to.records[0].Queue.Pushed != 1 || len(jobs(t, address, "q")) != 1 {
		t.Errorf("recorded %+v, want the one job that was due", to.records)
	}
}

func TestRefuses(t *testing.T) {
	good := spec.Queue{Address: "127.0.0.1:1", List: "q", Jobs: 1}
	tests := map[string]func(*spec.Queue){
		"--allow-host redis.example": func(q *spec.Queue) { q.Address = "redis.example:6379" },
		"want host:port":             func(q *spec.Queue) { q.Address = "127.0.0.1" },
		"no list":                    func(q *spec.Queue) { q.List = "" },
		"0 jobs":                     func(q *spec.Queue) { q.Jobs = 0 },
		"negative":                   func(q *spec.Queue) { q.Over = -1 },
		"reach Redis":                func(*spec.Queue) {}, // nothing listens there
	}
	for want, change := range tests {
		q := good
		change(&q)
		to := &sink{}
		err := Run(t.Context(), Config{Name: "burst", Sink: to, Queue: q})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "load burst") {
			t.Errorf("err = %v, want one that names load burst and says %q", err, want)
		}
		if len(to.records) != 0 {
			t.Errorf("%s: recorded %+v, want nothing: nothing was pushed", want, to.records)
		}
	}
	if err := Run(t.Context(), Config{Queue: good}); err == nil || !strings.Contains(err.Error(), "no sink") {
		t.Errorf("err = %v, want one about the sink", err)
	}
}

func TestDueBy(t *testing.T) {
	tests := []struct {
		n        int
		over, at time.Duration
		want     int
	}{
		{10, 0, 0, 10},
		{10, time.Second, 0, 1},
		{10, time.Second, 99 * time.Millisecond, 1},
		{10, time.Second, 150 * time.Millisecond, 2},
		{10, time.Second, 950 * time.Millisecond, 10},
		{10, time.Second, time.Second, 10},
		{10, time.Second, time.Hour, 10},
		{1, time.Hour, 0, 1},
		{10, time.Second, -1, 0},
	}
	for _, tt := range tests {
		if got := dueBy(tt.n, tt.over, tt.at); got != tt.want {
			t.Errorf("dueBy(%d, %v, %v) = %d, want %d", tt.n, tt.over, tt.at, got, tt.want)
		}
	}
}
