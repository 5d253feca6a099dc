package artisan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/redisconn"
)

// redisHandle is a connection that is opened when it is first needed. What
// could not be opened is tried again the next time.
type redisHandle struct {
	cfg    redisconn.Config
	gate   chan struct{} // holds one token: who has it may look at client
	client *redisconn.Client
	closed bool
}

// redis shares the connection to a Redis; ca is the text that the authorities of
// cfg.TLS were read from, which each virtual user reads by itself.
func (e *Extension) redis(cfg redisconn.Config, ca string) (*redisHandle, error) {
	secure := ""
	if t := cfg.TLS; t != nil {
		secure = fmt.Sprintf("tls %q %t %q", t.ServerName, t.InsecureSkipVerify, ca)
	}
	key := fmt.Sprintf("redis %q %q %q %s", cfg.Addresses, cfg.Username, cfg.Password, secure)
	return share(e, key, func() (*redisHandle, func() error, error) {
		h := &redisHandle{cfg: cfg, gate: make(chan struct{}, 1)}
		h.gate <- struct{}{}
		return h, h.close, nil
	})
}

// get connects, unless that was done before.
func (h *redisHandle) get(ctx context.Context) (*redisconn.Client, error) {
	select {
	case <-h.gate:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { h.gate <- struct{}{} }()
	if h.closed {
		return nil, errOver
	}
	if h.client == nil {
		c, err := redisconn.Open(ctx, h.cfg)
		if err != nil {
			return nil, err
		}
		h.client = c
	}
	return h.client, nil
}

func (h *redisHandle) close() error {
	<-h.gate
	defer func() { h.gate <- struct{}{} }()
	h.closed = true
	if h.client == nil {
		return nil
	}
	return h.client.Close()
}

// count is how many jobs wait.
func (q *queue) count(ctx context.Context) (n int64, err error) {
	err = q.do(ctx, func(ctx context.Context, node *redis.Client) error {
		n, err = node.LLen(ctx, q.name).Result()
		return err
	})
	return n, err
}

// do runs f with the node that holds the queue.
func (q *queue) do(ctx context.Context, f func(context.Context, *redis.Client) error) error {
	client, err := q.redis.get(ctx)
	if err != nil {
		return err
	}
	err = client.Do(ctx, q.name, f)
	if isWrongType(err) {
		return q.wrongType(ctx, client)
	}
	return err
}

func isWrongType(err error) bool {
	var said redis.Error
	return errors.As(err, &said) && strings.HasPrefix(said.Error(), "WRONGTYPE")
}

// errWrongType: the queue's key holds something else than a list. Waiting does
// not mend that.
var errWrongType = errors.New("it can be no queue: take another name, or delete the key")

func (q *queue) wrongType(ctx context.Context, client *redisconn.Client) error {
	kind := "something else"
	err := client.Do(ctx, q.name, func(ctx context.Context, node *redis.Client) (err error) {
		kind, err = node.Type(ctx, q.name).Result()
		return err
	})
	return errors.Join(fmt.Errorf("the key %q in the Redis at %s holds no list but a %s: %w", q.name, client.Addresses(), kind, errWrongType), err)
}

// The jobs of one command, and the commands that are sent together: the server
// is never busy with one for long, and no answer is waited for between them.
const (
	pushBatch  = 500
	pushWindow = 8
)

// pushed is what a push came to, also one that was stopped or failed.
type pushed struct {
	jobs   int
	length int64 // of the queue right after
}

// add appends jobs 0 to n-1 in their order.
func (q *queue) add(ctx context.Context, n int, job func(i int) any) (pushed, error) {
	var done pushed
	for i := 0; i < n; {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		var window [][]any
		for ; i < n && len(window) < pushWindow; i += len(window[len(window)-1]) {
			window = append(window, jobs(i, min(n-i, pushBatch), job))
		}
		if err := q.send(ctx, window, &done); err != nil {
			return done, err
		}
	}
	return done, nil
}

func jobs(from, n int, job func(i int) any) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = job(from + i)
	}
	return out
}

// send pushes batches by one pipeline. Where a key moves to another node in the
// middle, do runs it again: with those that the first node refused.
func (q *queue) send(ctx context.Context, batches [][]any, done *pushed) error {
	return q.do(ctx, func(ctx context.Context, node *redis.Client) error {
		pipe := node.Pipeline()
		commands := make([]*redis.IntCmd, len(batches))
		for i, b := range batches {
			commands[i] = pipe.RPush(ctx, q.name, b...)
		}
		_, err := pipe.Exec(ctx)
		var refused [][]any
		for i, c := range commands {
			if c.Err() != nil {
				refused = append(refused, batches[i])
				continue
			}
			done.jobs += len(batches[i])
			done.length = c.Val()
		}
		batches = slices.Clip(refused)
		return err
	})
}

// record logs what was pushed, so that the report shows it. load is the name of
// the virtual user's load.
func (q *queue) record(load string, p pushed) {
	if p.jobs > 0 {
		q.m.ext.observe(observation.Record{Kind: observation.KindQueue, Queue: &observation.Queue{Load: load, List: q.name, Pushed: p.jobs, Length: p.length}})
	}
}
