package proof

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// localAddress is the address of a port on this machine.
func localAddress(port int) string { return "127.0.0.1:" + strconv.Itoa(port) }

// serveRedis starts a Redis of the test's own on a port, and returns what kills it
// before the test's end.
func serveRedis(t *testing.T, port int, args ...string) (kill func()) {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("HEADROOM_REQUIRE_TOOLS") == "1" {
			t.Fatalf("redis-server is required here: %v", err)
		}
		t.Skip("no redis-server in PATH: install it, or set HEADROOM_REQUIRE_TOOLS=1 to fail instead")
	}
	ctx, stop := context.WithCancel(context.Background())
	args = append([]string{"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--appendonly", "no", "--dir", t.TempDir()}, args...)
	cmd := exec.CommandContext(ctx, program, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killed := false
	kill = func() {
		stop()
		if !killed {
			killed = true
			_ = cmd.Wait() // killed by us
		}
	}
	t.Cleanup(kill)
	client := redis.NewClient(&redis.Options{Addr: localAddress(port)})
	defer func() { _ = client.Close() }()
	eventually(t, func() error { return client.Ping(t.Context()).Err() })
	return kill
}

func eventually(t *testing.T, look func() error) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		err := look()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// freePorts finds n ports in a row, whose cluster bus ports are free as well.
func freePorts(t *testing.T, n int) int {
	t.Helper()
	for first := 21000; first < 29000; first += n {
		free := true
		for p := first; p < first+n && free; p++ {
			for _, port := range []int{p, p + 10000} {
				l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", localAddress(port))
				if err != nil {
					free = false
					break
				}
				_ = l.Close()
			}
		}
		if free {
			return first
		}
	}
	t.Fatal("no free ports")
	return 0
}

// redisCluster starts nodes that form a cluster, with the given number of replicas
// for each primary, and waits until every node calls it whole. Kill ends a node.
func redisCluster(t *testing.T, nodes, replicas int, args ...string) (first int, kill func(node int)) {
	t.Helper()
	first = freePorts(t, nodes)
	kills := make([]func(), nodes)
	for n := range nodes {
		kills[n] = serveRedis(t, first+n, append([]string{"--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "2000",
			"--cluster-announce-hostname", fmt.Sprintf("redis-cluster-%d.redis-cluster.artisan-platform.svc.cluster.local", n),
			"--cluster-preferred-endpoint-type", "hostname"}, args...)...)
	}
	create := []string{"--cluster", "create", "--cluster-yes", "--cluster-replicas", strconv.Itoa(replicas)}
	for n := range nodes {
		create = append(create, localAddress(first+n))
	}
	if out, err := exec.CommandContext(t.Context(), "redis-cli", create...).CombinedOutput(); err != nil {
		t.Fatalf("create the cluster: %v\n%s", err, out)
	}
	for n := range nodes {
		awaitWhole(t, first+n)
	}
	return first, func(node int) { kills[node]() }
}

// awaitWhole waits until a node serves all slots, and a replica has its data.
func awaitWhole(t *testing.T, port int) {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: localAddress(port)})
	defer func() { _ = client.Close() }()
	eventually(t, func() error {
		info, err := client.ClusterInfo(t.Context()).Result()
		if err == nil && !strings.Contains(info, "cluster_state:ok") {
			err = errors.New(info)
		}
		if err != nil {
			return err
		}
		info, err = client.Info(t.Context(), "replication").Result()
		if err == nil && strings.Contains(info, "role:slave") && !strings.Contains(info, "master_link_status:up") {
			err = errors.New(info)
		}
		return err
	})
}
