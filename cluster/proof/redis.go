package proof

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/artisan-platform/headroom/runner/redisconn"
)

const redisAdvice = "look at Redis: kubectl -n artisan-platform get pods -l app=redis-cluster, and logs -c join of a node; it heals by itself within 30 s"

// queueChecks push a job onto a list of the check's own and take it off again,
// by the way of a load: from this machine.
func queueChecks(a *Access) []Check {
	return []Check{{Component: "queue", Name: "a job pushed from here is taken off again", Run: func(ctx context.Context) (string, error) {
		client, err := redisconn.Open(ctx, redisconn.Config{Addresses: []string{a.Redis}})
		if err != nil {
			return "", Failed("look at Redis: kubectl -n artisan-platform get pods, and whether the kind configuration maps its port", "%w", err)
		}
		defer func() { _ = client.Close() }() // its work is done
		if err := pushAndPop(ctx, client, "headroom-proof-"+rand.Text()); err != nil {
			return "", Failed("look at Redis: kubectl -n artisan-platform get pods", "%w", err)
		}
		var waiting int64
		err = client.Do(ctx, a.Queue, func(ctx context.Context, node *redis.Client) (err error) {
			waiting, err = node.LLen(ctx, a.Queue).Result()
			return err
		})
		if err != nil {
			return "", fmt.Errorf("length of queue %s: %w", a.Queue, err)
		}
		return fmt.Sprintf("a job went in and out; %d wait in %s", waiting, a.Queue), nil
	}}}
}

func pushAndPop(ctx context.Context, client *redisconn.Client, key string) error {
	return client.Do(ctx, key, func(ctx context.Context, node *redis.Client) error {
		if err := node.RPush(ctx, key, "job").Err(); err != nil {
			return fmt.Errorf("push to %s: %w", key, err)
		}
		got, err := node.LPop(ctx, key).Result()
		if err != nil {
			return fmt.Errorf("take from %s: %w", key, err)
		}
		if got != "job" {
			return fmt.Errorf("took %q from %s, pushed %q", got, key, "job")
		}
		return nil
	})
}

// The guide's cluster: six nodes, half of them replicas.
const (
	redisNodes     = 6
	redisPrimaries = 3
	redisSlots     = 16384
)

// redisFigures are the guide's settings, but for the policy, which is corrected.
var redisFigures = map[string]string{
	"maxmemory": "805306368", "maxmemory-policy": "volatile-lru", "save": "900 1 300 10 60 10000", "tcp-keepalive": "60", "timeout": "300",
}

func redisClusterChecks(a *Access) []Check {
	return []Check{
		{Component: "redis-cluster", Name: "each node is connected, sees every slot covered and has the documented settings", Run: a.redisNodesOK},
		{Component: "redis-cluster", Name: "keys written through the cluster client move to every primary and are read back", Run: a.redisKeysMove},
	}
}

// redisNodesOK asks every node by itself: each has a view of its own.
func (a *Access) redisNodesOK(ctx context.Context) (string, error) {
	roles := map[string]int{}
	for n := range redisNodes {
		role, err := a.redisNode(ctx, n)
		if err != nil {
			return "", Failed(redisAdvice, "node %d: %w", n, err)
		}
		roles[role]++
	}
	if roles["master"] != redisPrimaries {
		return "", Failed(redisAdvice, "%d primaries and %d replicas, want %d and %d", roles["master"], roles["slave"], redisPrimaries, redisNodes-redisPrimaries)
	}
	return fmt.Sprintf("%d nodes agree on state ok and %d slots", redisNodes, redisSlots), nil
}

// redisNode checks node n and returns its role.
func (a *Access) redisNode(ctx context.Context, n int) (role string, err error) {
	address, err := nodeAddress(a.Redis, n)
	if err != nil {
		return "", err
	}
	client := redis.NewClient(&redis.Options{Addr: address, MaxRetries: -1, DialerRetries: 1, PoolSize: 1, ContextTimeoutEnabled: true})
	defer func() { _ = client.Close() }() // its work is done
	info, err := client.ClusterInfo(ctx).Result()
	if errors.Is(err, io.EOF) { // the node port hangs up
		return "", fmt.Errorf("nobody answers behind %s: its pod does not run", address)
	}
	if err != nil {
		return "", fmt.Errorf("ask %s: %w", address, err)
	}
	facts := infoFields(info)
	want := map[string]string{"cluster_state": "ok", "cluster_slots_ok": fmt.Sprint(redisSlots), "cluster_known_nodes": fmt.Sprint(redisNodes)}
	for key, value := range want {
		if facts[key] != value {
			return "", fmt.Errorf("%s is %s, want %s", key, facts[key], value)
		}
	}
	for key, value := range redisFigures {
		got, err := client.ConfigGet(ctx, key).Result()
		if err != nil {
			return "", fmt.Errorf("read setting %s: %w", key, err)
		}
		if got[key] != value {
			return "", fmt.Errorf("setting %s is %q, documented is %q", key, got[key], value)
		}
	}
	replication, err := client.Info(ctx, "replication").Result()
	if err != nil {
		return "", err
	}
	facts = infoFields(replication)
	if facts["role"] == "slave" && facts["master_link_status"] != "up" {
		return "", errors.New("its link to its primary is down")
	}
	return facts["role"], nil
}

// infoFields reads "key:value" lines.
func infoFields(text string) map[string]string {
	fields := map[string]string{}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			fields[key] = value
		}
	}
	return fields
}

// keysToMove is enough for each of three primaries to get one: the chance that
// one gets none is 3 * (2/3)^48, below 1 in 90 million.
const keysToMove = 48

// nodeAddress is where node n of the stack's cluster listens, whose node 0 is at
// first: kind-config.yaml gives them ports in a row.
func nodeAddress(first string, n int) (string, error) {
	host, text, err := net.SplitHostPort(first)
	if err != nil {
		return "", fmt.Errorf("redis address %q: want host:port: %w", first, err)
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return "", fmt.Errorf("redis address %q: want a number for a port: %w", first, err)
	}
	return net.JoinHostPort(host, strconv.Itoa(port+n)), nil
}

func (a *Access) redisKeysMove(ctx context.Context) (string, error) {
	client, err := redisconn.Open(ctx, redisconn.Config{Addresses: []string{a.Redis}})
	if err != nil {
		return "", Failed(redisAdvice, "%w", err)
	}
	defer func() { _ = client.Close() }() // its work is done
	if !client.Cluster() {
		return "", Failed("install the full stack: headroom up --stack full", "the Redis at %s is a single server", a.Redis)
	}
	nodes := map[string]bool{}
	run := rand.Text()
	for n := range keysToMove {
		key := fmt.Sprintf("headroom-proof-%s-%d", run, n)
		err := client.Do(ctx, key, func(ctx context.Context, node *redis.Client) error {
			if err := node.Set(ctx, key, n, time.Minute).Err(); err != nil {
				return err
			}
			nodes[node.Options().Addr] = true
			got, err := node.GetDel(ctx, key).Int()
			if err == nil && got != n {
				err = fmt.Errorf("read %d, wrote %d", got, n)
			}
			return err
		})
		if err != nil {
			return "", Failed(redisAdvice, "write and read %s: %w", key, err)
		}
	}
	if len(nodes) != redisPrimaries {
		return "", Failed(redisAdvice, "%d keys went to %d primaries, want %d", keysToMove, len(nodes), redisPrimaries)
	}
	return fmt.Sprintf("%d keys moved to %d primaries and back", keysToMove, len(nodes)), nil
}
