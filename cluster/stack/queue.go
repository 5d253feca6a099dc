package stack

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/artisan-platform/headroom/runner/redisconn"
)

// queueEmpty empties the queue and waits until it stays empty: a client that
// is still adding jobs shows as a length that comes back.
func (s *Stack) queueEmpty() condition {
	return condition{
		name: "queue " + s.opts.Queue + " empty",
		check: func(ctx context.Context) (string, bool, error) {
			n, err := s.drainQueue(ctx)
			if err != nil {
				return "", false, err
			}
			return fmt.Sprintf("%d jobs dropped", n), n == 0, nil
		},
	}
}

// drainQueue drops every waiting job and returns how many there were.
func (s *Stack) drainQueue(ctx context.Context) (dropped int64, err error) {
	client, err := redisconn.Open(ctx, redisconn.Config{Addresses: []string{s.opts.RedisAddr}})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	err = client.Do(ctx, s.opts.Queue, func(ctx context.Context, node *redis.Client) error {
		if dropped, err = node.LLen(ctx, s.opts.Queue).Result(); err != nil || dropped == 0 {
			return err
		}
		return node.Del(ctx, s.opts.Queue).Err()
	})
	if err != nil {
		return 0, fmt.Errorf("empty queue %s: %w", s.opts.Queue, err)
	}
	return dropped, nil
}
