package platform

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// takeWait is how long one take waits for a job. Redis counts whole seconds.
const takeWait = time.Second

// jobQueue is where a worker finds its jobs.
type jobQueue interface {
	// take removes the oldest job and returns it. It waits for about a
	// second; ok is false where no job came.
	take() (job string, ok bool, err error)
	// length counts the jobs that nobody has taken.
	length(ctx context.Context) (int64, error)
}

// redisQueue is a Redis list: jobs come in on the right and leave on the left.
type redisQueue struct {
	client *redis.Client
	name   string
}

func newRedisQueue(addr, name string) redisQueue {
	return redisQueue{client: redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1}), name: name}
}

// take has no context on purpose: a pop that is cancelled half-way may have
// removed a job that then nobody has. It ends by itself within takeWait.
func (q redisQueue) take() (string, bool, error) {
	reply, err := q.client.BLPop(context.Background(), takeWait, q.name).Result()
	switch {
	case errors.Is(err, redis.Nil):
		return "", false, nil
	case err != nil:
		return "", false, fmt.Errorf("take job from %s: %w", q.name, err)
	case len(reply) != 2:
		return "", false, fmt.Errorf("take job from %s: reply has %d parts, want 2", q.name, len(reply))
	}
	return reply[1], true, nil
}

func (q redisQueue) length(ctx context.Context) (int64, error) {
	n, err := q.client.LLen(ctx, q.name).Result()
	if err != nil {
		return 0, fmt.Errorf("length of %s: %w", q.name, err)
	}
	return n, nil
}

func (q redisQueue) Close() error { return q.client.Close() }
