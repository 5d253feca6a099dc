package redisconn

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// routes finds the way to each node of a cluster: the address that it
// announces is replaced by the one of Config.Addresses at which it answers.
// Pods get new addresses, so that the nodes are asked again before a dial if
// the last time is longer ago than routesAge.
type routes struct {
	cfg Config

	mu    sync.Mutex
	to    map[string]string // announced address -> reachable address
	asked time.Time
}

// routesAge is how long what the nodes said is taken to be true. Dials are
// rare, and asking takes a few milliseconds.
const routesAge = 2 * time.Second

func newRoutes(cfg Config) *routes { return &routes{cfg: cfg} }

// dial connects to a node by its announced address.
func (r *routes) dial(ctx context.Context, network, address string) (net.Conn, error) {
	to, err := r.find(ctx, address)
	if err != nil {
		return nil, err
	}
	d := &net.Dialer{Timeout: r.cfg.Timeout, KeepAlive: 5 * time.Minute} // as go-redis' own
	if r.cfg.TLS == nil {
		return d.DialContext(ctx, network, to)
	}
	return (&tls.Dialer{NetDialer: d, Config: r.cfg.TLS}).DialContext(ctx, network, to)
}

// find is the reachable address of an announced one.
func (r *routes) find(ctx context.Context, address string) (string, error) {
	if slices.Contains(r.cfg.Addresses, address) {
		return address, nil
	}
	if to := r.known(ctx, address); to != "" {
		return to, nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return "", fmt.Errorf("a node announces %q: %w", address, err)
	}
	if !r.cfg.Allowed(host) {
		return "", fmt.Errorf("a node of the cluster announces %s, which is not this machine, and none of the addresses %s leads to that node: "+
			"give one address for each node, or allow it with --allow-host %s if it is yours to load and can be reached from here",
			address, strings.Join(r.cfg.Addresses, ", "), host)
	}
	return address, nil
}

// known looks an address up, and asks the nodes if that was not done lately.
func (r *routes) known(ctx context.Context, address string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.asked) > routesAge {
		if to := r.ask(ctx); len(to) > 0 {
			r.to, r.asked = to, time.Now()
		}
	}
	return r.to[address]
}

// ask asks every address which node it leads to. One that does not answer is
// left out: its node may be down, and the others know of that.
func (r *routes) ask(ctx context.Context) map[string]string {
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Timeout/2) // leaves time for the dial itself
	defer cancel()
	addresses := r.cfg.Addresses
	said := r.askAll(ctx, addresses)
	if len(addresses) == 1 {
		next := neighbours(addresses[0], len(said[0].others))
		addresses = append(slices.Clone(addresses), next...)
		said = append(said, r.askAll(ctx, next)...)
	}
	to := make(map[string]string)
	for i, address := range addresses {
		if i >= len(r.cfg.Addresses) && !said[0].others[said[i].id] {
			continue // something else has that port
		}
		for _, a := range said[i].announced {
			to[a] = address
		}
	}
	return to
}

// neighbours are the ports after that of a node which is given alone: this is
// where kind-config.yaml puts the other nodes of the stack's cluster.
func neighbours(address string, nodes int) []string {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return nil
	}
	port, err := strconv.Atoi(text)
	if err != nil {
		return nil
	}
	var next []string
	for n := 1; n < min(nodes, maxNeighbours); n++ {
		next = append(next, net.JoinHostPort(host, strconv.Itoa(port+n)))
	}
	return next
}

// maxNeighbours bounds the ports that are tried.
const maxNeighbours = 16

func (r *routes) askAll(ctx context.Context, addresses []string) []self {
	said := make([]self, len(addresses))
	var asking sync.WaitGroup
	for i, address := range addresses {
		asking.Go(func() { said[i] = r.askOne(ctx, address) })
	}
	asking.Wait()
	return said
}

func (r *routes) askOne(ctx context.Context, address string) self {
	if probe(ctx, r.cfg, address) != nil {
		return self{}
	}
	node := redis.NewClient(r.cfg.node(address))
	defer func() { _ = node.Close() }() // it was asked one question, which is answered
	nodes, err := node.ClusterNodes(ctx).Result()
	if err != nil {
		return self{}
	}
	return introduce(nodes)
}
