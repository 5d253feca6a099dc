// Package redisconn connects to a Redis or a Redis Cluster by the addresses
// that are reachable from here, also where the nodes of a cluster announce
// others, such as those of pods in a kind cluster.
package redisconn

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// DefaultTimeout bounds a dial and each command unless told.
const DefaultTimeout = 10 * time.Second

// Config says which Redis.
type Config struct {
	// Addresses (host:port) of one Redis, or of nodes of one cluster. Where the
	// nodes announce addresses that cannot be reached from here, they are one for
	// each node, or the first of a row of ports of one host: which is which, the
	// nodes themselves are asked.
	Addresses          []string
	Username, Password string
	TLS                *tls.Config // nil: no TLS
	// Allowed tells whether load may be sent to a host; nil allows all. A node
	// that announces another host than those of Addresses is asked about too.
	Allowed func(host string) bool
	Timeout time.Duration // default DefaultTimeout
	// PoolSize bounds the connections to each node. Default 4.
	PoolSize int
}

// Client is a connection to a Redis or a Redis Cluster. No command is ever
// repeated by itself once it may have been done: a push whose answer was lost
// may have arrived. It is safe for concurrent use.
type Client struct {
	cfg     Config
	single  *redis.Client        // of one Redis
	cluster *redis.ClusterClient // of a cluster
}

// Open connects, and asks the first address whether it is a node of a cluster.
// The error names the address and what to do.
func Open(ctx context.Context, cfg Config) (*Client, error) {
	quiet.Do(func() { redis.SetLogger(silence{}) })
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, err
	}
	first := cfg.Addresses[0]
	if err := probe(ctx, cfg, first); err != nil {
		return nil, err
	}
	node := redis.NewClient(cfg.node(first))
	clustered, err := isNode(ctx, node)
	switch {
	case err != nil:
		return nil, errors.Join(explain(first, err), node.Close())
	case !clustered && len(cfg.Addresses) > 1:
		return nil, errors.Join(fmt.Errorf("%s is a single Redis and no node of a cluster: give its address alone, not %s", first, strings.Join(cfg.Addresses, ", ")), node.Close())
	case !clustered:
		return &Client{cfg: cfg, single: node}, nil
	}
	if err := node.Close(); err != nil {
		return nil, fmt.Errorf("close the connection to Redis at %s: %w", first, err)
	}
	return &Client{cfg: cfg, cluster: redis.NewClusterClient(cfg.nodes(newRoutes(cfg)))}, nil
}

// quiet keeps the client from writing to stderr, in the middle of what a person
// reads there: all it has to say is in the errors that it returns.
var quiet sync.Once

type silence struct{}

// Printf implements the client's logger.
func (silence) Printf(context.Context, string, ...any) {}

func (cfg Config) withDefaults() Config {
	if cfg.Timeout <= 0 {
		cfg.Timeout = DefaultTimeout
	}
	if cfg.PoolSize <= 0 {
		cfg.PoolSize = 4
	}
	if cfg.Allowed == nil {
		cfg.Allowed = func(string) bool { return true }
	}
	cfg.Addresses = slices.Clone(cfg.Addresses)
	return cfg
}

func (cfg Config) check() error {
	if len(cfg.Addresses) == 0 {
		return errors.New("no address of a Redis: want host:port")
	}
	for _, a := range cfg.Addresses {
		if err := CheckAddress(a, cfg.Allowed); err != nil {
			return err
		}
	}
	return nil
}

// CheckAddress refuses what is no host:port, and a host that is not allowed.
func CheckAddress(address string, allowed func(host string) bool) error {
	host, port, err := net.SplitHostPort(address)
	if scheme, rest, isURL := strings.Cut(address, "://"); isURL {
		return fmt.Errorf("%q is no address of a Redis: want host:port, such as %s, and no URL (%s://)", address, cmp.Or(rest, "127.0.0.1:6379"), scheme)
	}
	if err != nil || host == "" || port == "" {
		return fmt.Errorf("%q is no address of a Redis: want host:port, such as 127.0.0.1:6379", address)
	}
	if !allowed(host) {
		return fmt.Errorf("redis address %q: host %q is not this machine; allow it with --allow-host %s if it is yours to load", address, host, host)
	}
	return nil
}

// node are the options of one node.
func (cfg Config) node(address string) *redis.Options {
	return &redis.Options{
		Addr: address, Username: cfg.Username, Password: cfg.Password, TLSConfig: cfg.TLS,
		MaxRetries: -1, DialerRetries: 1, PoolSize: cfg.PoolSize,
		DialTimeout: cfg.Timeout, ReadTimeout: cfg.Timeout, WriteTimeout: cfg.Timeout,
		ContextTimeoutEnabled: true,
	}
}

// nodes are the options of a cluster.
func (cfg Config) nodes(r *routes) *redis.ClusterOptions {
	return &redis.ClusterOptions{
		Addrs: cfg.Addresses, Username: cfg.Username, Password: cfg.Password, TLSConfig: cfg.TLS,
		MaxRetries: -1, DialerRetries: 1, PoolSize: cfg.PoolSize, Dialer: r.dial,
		DialTimeout: cfg.Timeout, ReadTimeout: cfg.Timeout, WriteTimeout: cfg.Timeout,
		ContextTimeoutEnabled: true,
	}
}

// Cluster tells whether it is a Redis Cluster.
func (c *Client) Cluster() bool { return c.cluster != nil }

// Universal returns the client for what is not about one key. The client of a
// cluster repeats commands after an error of the network.
func (c *Client) Universal() redis.UniversalClient {
	if c.cluster != nil {
		return c.cluster
	}
	return c.single
}

// Addresses are those that the client was opened with.
func (c *Client) Addresses() string { return strings.Join(c.cfg.Addresses, ", ") }

// Close closes every connection.
func (c *Client) Close() error {
	if err := c.Universal().Close(); err != nil {
		return fmt.Errorf("close the connection to Redis at %s: %w", c.Addresses(), err)
	}
	return nil
}

// moves bounds how long Do follows a key that moves between nodes, or waits for
// a cluster that elects a primary; movePause is between two tries.
const (
	moves     = 10 * time.Second
	movePause = 100 * time.Millisecond
)

// Do runs f with the node that holds key. Where the cluster says that another
// one does, that it is not whole, or where a node cannot be dialed, nothing was done and f runs again, for up
// to 10 s. Any other error is f's own, with what to do where that is known.
func (c *Client) Do(ctx context.Context, key string, f func(context.Context, *redis.Client) error) error {
	if c.single != nil {
		return explain(c.Addresses(), f(ctx, c.single))
	}
	for until := time.Now().Add(moves); ; {
		node, err := c.cluster.MasterForKey(ctx, key)
		if err == nil {
			err = f(ctx, node)
		}
		if err == nil || !moved(err) || time.Now().After(until) {
			return explain(c.Addresses(), err)
		}
		c.cluster.ReloadState(ctx)
		select {
		case <-time.After(movePause):
		case <-ctx.Done():
			return explain(c.Addresses(), err)
		}
	}
}

// moved tells of an error that says that nothing was done, and that may be well
// in a moment: the answer of a node that does not serve the key, or a dial that
// failed.
func moved(err error) bool {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Op == "dial"
	}
	_, moved := redis.IsMovedError(err)
	_, ask := redis.IsAskError(err)
	return moved || ask || redis.IsClusterDownError(err) || redis.IsTryAgainError(err) || redis.IsReadOnlyError(err) ||
		redis.IsLoadingError(err) || redis.IsMasterDownError(err)
}
