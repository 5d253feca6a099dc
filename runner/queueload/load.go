// Package queueload pushes jobs onto a Redis list: the load of workers that
// scale on a queue's length.
package queueload

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/redisconn"
	"github.com/artisan-platform/headroom/runner/spec"
)

// batch bounds the jobs of one command, so that the server is never busy with
// one for long.
const batch = 500

// pace is how often the jobs that have come due are pushed together.
const pace = 20 * time.Millisecond

// Config is one batch of jobs.
type Config struct {
	Name       string // the load's name in the plan
	Queue      spec.Queue
	Sink       observation.Sink
	AllowHosts []string         // hosts other than this machine whose lists may be loaded
	Clock      func() time.Time // default time.Now
}

// Run pushes the jobs, spread evenly over Queue.Over, and records how many it
// pushed and the list's length right after, also if it was stopped or failed
// on the way. It returns ctx's error if that ended first, or the error of the
// push that failed; that push is not repeated, since its jobs may have
// arrived, unless the server says that they have not.
func Run(ctx context.Context, cfg Config) (err error) {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if err := check(cfg); err != nil {
		return fmt.Errorf("load %s: %w", cfg.Name, err)
	}
	client, err := open(ctx, cfg.Queue.Address)
	if err != nil {
		return fmt.Errorf("load %s: %w", cfg.Name, err)
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	p := &pusher{cfg: cfg, client: client}
	err = p.pushAll(ctx)
	if p.pushed > 0 || err == nil {
		cfg.Sink.Observe(observation.Record{Time: cfg.Clock(), Kind: observation.KindQueue, Queue: &observation.Queue{
			Load: cfg.Name, List: cfg.Queue.List, Pushed: p.pushed, Length: p.length,
		}})
	}
	if err != nil {
		return fmt.Errorf("load %s: pushed %d of %d jobs: %w", cfg.Name, p.pushed, cfg.Queue.Jobs, err)
	}
	return nil
}

// Length returns how many jobs wait in a list.
func Length(ctx context.Context, address, list string) (n int64, err error) {
	client, err := open(ctx, address)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	err = client.Do(ctx, list, func(ctx context.Context, node *redis.Client) (err error) {
		n, err = node.LLen(ctx, list).Result()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("length of list %s at %s: %w", list, address, err)
	}
	return n, nil
}

// open connects to the Redis at address, which for the stack's cluster is its
// node 0. Hosts were checked by then; the other nodes are on the same.
func open(ctx context.Context, address string) (*redisconn.Client, error) {
	return redisconn.Open(ctx, redisconn.Config{Addresses: []string{address}, PoolSize: 2})
}

func check(cfg Config) error {
	host, _, err := net.SplitHostPort(cfg.Queue.Address)
	switch {
	case err != nil:
		return fmt.Errorf("redis address %q: want host:port: %w", cfg.Queue.Address, err)
	case !spec.HostAllowed(host, cfg.AllowHosts):
		return fmt.Errorf("redis address %q: host %q is not this machine; allow it with --allow-host %s if it is yours to load", cfg.Queue.Address, host, host)
	case cfg.Queue.List == "":
		return errors.New("no list to push to")
	case cfg.Queue.Jobs <= 0:
		return fmt.Errorf("%d jobs to push: want at least one", cfg.Queue.Jobs)
	case cfg.Queue.Over < 0:
		return fmt.Errorf("jobs spread over %v: want no negative time", cfg.Queue.Over)
	case cfg.Sink == nil:
		return errors.New("no sink for what is observed")
	}
	return nil
}

// payload is job n, counted from 0.
func payload(q spec.Queue, n int) string {
	if q.Payload != "" {
		return q.Payload
	}
	return Job(n)
}

// Job is job n, counted from 0, of the form that the platform's workers take.
func Job(n int) string { return `{"seq":` + strconv.Itoa(n) + `}` }
