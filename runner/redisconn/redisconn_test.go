package redisconn_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"github.com/artisan-platform/headroom/runner/redisconn"
	"github.com/artisan-platform/headroom/runner/redisconn/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// here allows 127.0.0.1 and nothing else, not even other addresses of this
// machine.
func here(host string) bool { return host == "127.0.0.1" }

func open(t *testing.T, cfg redisconn.Config) *redisconn.Client {
	t.Helper()
	cfg.Allowed = here
	c, err := redisconn.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestSingle(t *testing.T) {
	c := open(t, redisconn.Config{Addresses: []string{redistest.Start(t)}})
	if c.Cluster() {
		t.Error("a single Redis is taken for a cluster")
	}
	set(t, c, "a")
}

// set writes and reads a key.
func set(t *testing.T, c *redisconn.Client, key string) {
	t.Helper()
	err := c.Do(t.Context(), key, func(ctx context.Context, node *redis.Client) error {
		if err := node.Set(ctx, key, key, 0).Err(); err != nil {
			return err
		}
		got, err := node.Get(ctx, key).Result()
		if err == nil && got != key {
			err = fmt.Errorf("got %q", got)
		}
		return err
	})
	if err != nil {
		t.Errorf("key %s: %v", key, err)
	}
}

// TestCluster reaches every node of a cluster whose nodes announce addresses
// that may not be used.
func TestCluster(t *testing.T) {
	nodes := redistest.Cluster(t, 3)
	c := open(t, redisconn.Config{Addresses: nodes})
	if !c.Cluster() {
		t.Fatal("a cluster is taken for a single Redis")
	}
	for i := range 50 { // of three nodes, each holds some of them
		set(t, c, fmt.Sprintf("key%d", i))
	}
	var keys []int64
	for _, n := range nodes {
		node := redis.NewClient(&redis.Options{Addr: n})
		size, err := node.DBSize(t.Context()).Result()
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, size)
		if err := node.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if slices.Min(keys) == 0 || keys[0]+keys[1]+keys[2] != 50 {
		t.Errorf("the nodes hold %v keys, want 50, some on each", keys)
	}
}

// TestClusterByItsFirst finds the other nodes at the ports after the first, by
// their addresses and by their names.
func TestClusterByItsFirst(t *testing.T) {
	for name, nodes := range map[string][]string{"addresses": redistest.Cluster(t, 3), "names": redistest.NamedCluster(t, 3)} {
		t.Run(name, func(t *testing.T) {
			c := open(t, redisconn.Config{Addresses: nodes[:1]})
			for i := range 20 {
				set(t, c, fmt.Sprintf("key%d", i))
			}
		})
	}
}

// TestClusterOneWayOnly refuses to be sent to a host that is not allowed.
func TestClusterOneWayOnly(t *testing.T) {
	nodes := redistest.Cluster(t, 3)
	c := open(t, redisconn.Config{Addresses: nodes[2:]})
	var refused error
	for i := range 50 {
		key := fmt.Sprintf("key%d", i)
		if err := c.Do(t.Context(), key, func(ctx context.Context, node *redis.Client) error { return node.Set(ctx, key, key, 0).Err() }); err != nil {
			refused = err
		}
	}
	if refused == nil || !strings.Contains(refused.Error(), "127.0.0.2") || !strings.Contains(refused.Error(), "one address for each node") {
		t.Errorf("err = %v, want a refusal that names the node and says what to do", refused)
	}
}

// TestFollowsAMove goes on when slots move to another node.
func TestFollowsAMove(t *testing.T) {
	nodes := redistest.Cluster(t, 2)
	c := open(t, redisconn.Config{Addresses: nodes})
	set(t, c, "foo") // slot 12182, of the second node
	first, second := redis.NewClient(&redis.Options{Addr: nodes[0]}), redis.NewClient(&redis.Options{Addr: nodes[1]})
	defer func() { _, _ = first.Close(), second.Close() }()
	id, err := first.ClusterMyID(t.Context()).Result()
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Del(t.Context(), "foo").Err(); err != nil {
		t.Fatal(err)
	}
	for _, n := range []*redis.Client{first, second} {
		if err := n.Do(t.Context(), "cluster", "setslot", 12182, "node", id).Err(); err != nil {
			t.Fatal(err)
		}
	}
	set(t, c, "foo")
	if n, err := first.Exists(t.Context(), "foo").Result(); err != nil || n != 1 {
		t.Errorf("the first node holds %d of the key, %v", n, err)
	}
}

func TestRefuses(t *testing.T) {
	single, locked := redistest.Start(t), redistest.Start(t, "--requirepass", "secret")
	for want, cfg := range map[string]redisconn.Config{
		"no address":                 {},
		"want host:port":             {Addresses: []string{"127.0.0.1"}},
		"--allow-host redis.example": {Addresses: []string{"redis.example:6379"}},
		"127.0.0.1:1: connect":       {Addresses: []string{"127.0.0.1:1"}},
		"is a single Redis":          {Addresses: []string{single, locked}},
		"give username and password": {Addresses: []string{locked}},
		"WRONGPASS":                  {Addresses: []string{locked}, Username: "default", Password: "guess"},
	} {
		cfg.Allowed = here
		c, err := redisconn.Open(t.Context(), cfg)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("err = %v, want one that says %q", err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "guess")) {
			t.Errorf("err = %v, which has the password", err)
		}
		if c != nil {
			_ = c.Close()
		}
	}
	open(t, redisconn.Config{Addresses: []string{locked}, Password: "secret"})
}

// TestLost says where a Redis was that is gone, and what to do.
func TestLost(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	start := time.Now()
	_, err = redisconn.Open(t.Context(), redisconn.Config{Addresses: []string{l.Addr().String()}, Timeout: 200 * time.Millisecond}) // accepts, and says nothing
	if err == nil || !strings.Contains(err.Error(), l.Addr().String()) || time.Since(start) > 5*time.Second {
		t.Errorf("err = %v after %v, want one with the address at once", err, time.Since(start))
	}
}
