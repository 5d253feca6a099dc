// Package redistest starts Redis servers for tests.
package redistest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// patience bounds the wait for a server on a busy machine.
const patience = 30 * time.Second

// Start starts a Redis of the test's own, with further arguments, and returns
// its address on 127.0.0.1. It is stopped when the test is over. Without
// redis-server the test is skipped, and fails if HEADROOM_REQUIRE_TOOLS is 1.
func Start(t testing.TB, args ...string) string {
	t.Helper()
	return startAt(t, row(t, 1)[0], args...)
}

func startAt(t testing.TB, address string, args ...string) string {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("HEADROOM_REQUIRE_TOOLS") == "1" {
			t.Fatalf("redis-server is required here: %v", err)
		}
		t.Skip("no redis-server in PATH: install it, or set HEADROOM_REQUIRE_TOOLS=1 to fail instead")
	}
	_, port, _ := net.SplitHostPort(address)
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, append([]string{"--port", port, "--bind", "127.0.0.1 127.0.0.2", "--save", "", "--appendonly", "no", "--dir", t.TempDir()}, args...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = cmd.Wait() // killed by us
	})
	until(t, address+" answers", func() error { return listens(t.Context(), address) })
	return address
}

// row finds n addresses whose ports follow one another, and are free, as are the
// ports of a cluster's bus, 10000 above them.
func row(t testing.TB, n int) []string {
	t.Helper()
	for range 1000 {
		first := 20_000 + rand.IntN(10_000) // below those that the system gives to clients
		var addresses []string
		for port := first; port < first+n && free(t, port) && free(t, port+10_000); port++ {
			addresses = append(addresses, fmt.Sprintf("127.0.0.1:%d", port))
		}
		if len(addresses) == n {
			return addresses
		}
	}
	t.Fatalf("found no %d free ports in a row", n)
	return nil
}

func free(t testing.TB, port int) bool {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return false
	}
	return l.Close() == nil
}

func listens(ctx context.Context, address string) error {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return c.Close()
}

// Cluster starts a cluster of primaries, each of which announces itself at
// 127.0.0.2, and returns their addresses on 127.0.0.1, whose ports follow one
// another: to a client that may use
// those alone, it is like a cluster whose nodes announce the addresses of pods.
func Cluster(t testing.TB, nodes int) []string {
	t.Helper()
	return cluster(t, nodes, func(int) []string { return nil })
}

// NamedCluster is Cluster, but that the nodes send clients to each other by host
// names that nothing here resolves.
func NamedCluster(t testing.TB, nodes int) []string {
	t.Helper()
	return cluster(t, nodes, func(i int) []string {
		return []string{"--cluster-announce-hostname", fmt.Sprintf("redis-%d.redis.invalid", i), "--cluster-preferred-endpoint-type", "hostname"}
	})
}

func cluster(t testing.TB, nodes int, more func(i int) []string) []string {
	t.Helper()
	addresses := row(t, nodes)
	for i, a := range addresses {
		args := []string{"--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.2", "--cluster-node-timeout", "5000"}
		startAt(t, a, append(args, more(i)...)...)
	}
	Join(t, addresses, func(i int) string {
		_, port, _ := net.SplitHostPort(addresses[i])
		return net.JoinHostPort("127.0.0.2", port)
	})
	return addresses
}

// Join makes a cluster of empty nodes, and waits until each says that it is
// whole. announced is the address at which the others reach a node.
func Join(t testing.TB, addresses []string, announced func(i int) string) {
	t.Helper()
	ctx := t.Context()
	const slots = 16384
	for i, a := range addresses {
		c := redis.NewClient(&redis.Options{Addr: a})
		defer func() { _ = c.Close() }()
		if err := c.ClusterAddSlotsRange(ctx, i*slots/len(addresses), (i+1)*slots/len(addresses)-1).Err(); err != nil {
			t.Fatal(err)
		}
		host, port, _ := net.SplitHostPort(announced(0))
		if err := c.ClusterMeet(ctx, host, port).Err(); err != nil {
			t.Fatal(err)
		}
		defer until(t, a+" is in a whole cluster", func() error {
			info, err := c.ClusterInfo(ctx).Result()
			if err != nil {
				return err
			}
			if strings.Contains(info, "cluster_state:ok") && strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d\r", len(addresses))) {
				return nil
			}
			return fmt.Errorf("it says %s", info)
		})
	}
}

func until(t testing.TB, what string, f func() error) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		err := f()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("waited for %v until %s: %v", patience, what, err)
		}
	}
}
