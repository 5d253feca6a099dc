package integration

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func jobs(t *testing.T, c redis.UniversalClient, n int) {
	t.Helper()
	for i := range n {
		must(t, c.RPush(t.Context(), "default", fmt.Sprintf("job-%d", i)).Err(), "push job")
	}
}

// A worker that is told to stop takes no new job, ends the one that it has,
// and leaves nothing behind.
func TestAWorkerDrains(t *testing.T) {
	needServices(t)
	p := redisProgram(freePort(t))
	launch(t, p)
	c := redisClient(t, address(p.port))
	jobs(t, c, 20)
	w := run(t, "queue-worker", "PLATFORM_REDIS_ADDR="+address(p.port), "PLATFORM_JOB_TIME=400ms", "PLATFORM_DRAIN_DELAY=1500ms")
	const done = `jobs_processed_total{queue_name="default"}`
	w.waitMetric(done, 3, 20*time.Second)
	w.stop()                           // the fourth is in its hands
	time.Sleep(900 * time.Millisecond) // it is done by now, and metrics are still served
	processed := w.metric(done)
	w.end()
	waiting, err := c.LLen(t.Context(), "default").Result()
	must(t, err, "length of the queue")
	if processed != 4 || waiting != 16 {
		t.Errorf("%v jobs done, %d wait; want 4 and 16", processed, waiting)
	}
	if keys, err := c.Keys(t.Context(), "*").Result(); err != nil || len(keys) != 1 {
		t.Errorf("keys %v, %v; want the queue only", keys, err)
	}
}

// Redis goes away in the middle of a job and comes back with its data: each
// job is done once.
func TestAWorkerOutlivesItsRedis(t *testing.T) {
	needServices(t)
	p := redisProgram(freePort(t), "--appendonly", "yes", "--appendfsync", "always")
	s := launch(t, p)
	c := redisClient(t, address(p.port))
	jobs(t, c, 10)
	w := run(t, "queue-worker", "PLATFORM_REDIS_ADDR="+address(p.port), "PLATFORM_JOB_TIME=200ms")
	const done = `jobs_processed_total{queue_name="default"}`
	w.waitMetric(done, 2, 20*time.Second)
	must(t, s.kill(t.Context()), "kill Redis")
	time.Sleep(1500 * time.Millisecond)
	must(t, s.start(t.Context()), "start Redis")
	waitListening(t, p)
	w.waitMetric(done, 10, 30*time.Second)
	time.Sleep(500 * time.Millisecond)
	if got := w.metric(done); got != 10 {
		t.Errorf("%v jobs done, want each of 10 once", got)
	}
}

// Queue and cache on a Redis Cluster: the keys of the queue lie in one slot,
// and those of the cache anywhere.
func TestOnARedisCluster(t *testing.T) {
	w := newWorld(t, 5)
	addrs := startRedisCluster(t, 3)
	w.redisAddr = addrs[0]
	b := w.backend(t, "PLATFORM_REDIS_CLUSTER=true")
	for round, from := range []string{"miss", "hit"} {
		for user := range 30 {
			if got := b.get(fmt.Sprintf("/api/posts?user_id=%d", user+1), 200); got.from != from {
				t.Errorf("round %d, user %d: from %q, want %q", round, user+1, got.from, from)
			}
		}
	}
	c := redisClient(t, addrs...)
	jobs(t, c, 10)
	worker := run(t, "queue-worker", "PLATFORM_REDIS_ADDR="+addrs[1]+","+addrs[2], "PLATFORM_JOB_TIME=20ms", "PLATFORM_JOB_LEASE=1s")
	worker.waitMetric(`jobs_processed_total{queue_name="default"}`, 10, 20*time.Second)
	worker.waitMetric(`queue_length{queue_name="default"}`, 0, 5*time.Second)
	time.Sleep(600 * time.Millisecond) // it renews its lease and looks for others
	if got := worker.metric(`queue_errors_total{queue_name="default"}`); got != 0 {
		t.Errorf("%v calls of the queue failed", got)
	}
}

// startRedisCluster joins n servers to a cluster and gives each its slots.
func startRedisCluster(t *testing.T, n int) []string {
	t.Helper()
	const slots = 16384
	var addrs []string
	var nodes []*redis.Client
	for i := range n {
		port := clusterPort(t)
		launch(t, redisProgram(port, "--cluster-enabled", "yes", "--cluster-config-file", fmt.Sprintf("nodes-%d.conf", port), "--dir", "."))
		node := redis.NewClient(&redis.Options{Addr: address(port)})
		t.Cleanup(func() { must(t, node.Close(), "close Redis client") })
		must(t, node.ClusterAddSlotsRange(t.Context(), i*slots/n, (i+1)*slots/n-1).Err(), "assign slots")
		if i > 0 {
			_, first, _ := net.SplitHostPort(addrs[0]) // it is of our making
			must(t, node.ClusterMeet(t.Context(), "127.0.0.1", first).Err(), "meet the first node")
		}
		addrs, nodes = append(addrs, address(port)), append(nodes, node)
	}
	for _, node := range nodes {
		eventually(t, 30*time.Second, "the cluster is whole", func() error {
			info, err := node.ClusterInfo(t.Context()).Result()
			if err != nil {
				return err
			}
			for _, want := range []string{"cluster_state:ok\r", fmt.Sprintf("cluster_known_nodes:%d\r", n)} {
				if !strings.Contains(info, want) {
					return fmt.Errorf("no %q in %s", want, info)
				}
			}
			return nil
		})
	}
	return addrs
}

// clusterPort is a free port with a free port 10000 above it, where the nodes
// of a cluster talk to each other.
func clusterPort(t *testing.T) int {
	t.Helper()
	for {
		port := freePort(t)
		ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address(port+10000))
		if err != nil {
			continue // above 65535, or taken
		}
		must(t, ln.Close(), "free the port")
		return port
	}
}
