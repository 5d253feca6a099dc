package stack

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"
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
	client := redis.NewClient(&redis.Options{Addr: s.opts.RedisAddr})
	defer func() {
		if cerr := client.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("close connection to Redis at %s: %w", s.opts.RedisAddr, cerr)
		}
	}()
	n, err := client.LLen(ctx, s.opts.Queue).Result()
	if err != nil {
		return 0, fmt.Errorf("length of queue %s in Redis at %s: %w", s.opts.Queue, s.opts.RedisAddr, err)
	}
	if n == 0 {
		return 0, nil
	}
	if err := client.Del(ctx, s.opts.Queue).Err(); err != nil {
		return 0, fmt.Errorf("empty queue %s in Redis at %s: %w", s.opts.Queue, s.opts.RedisAddr, err)
	}
	return n, nil
}
