package platform

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// The times of a take. Redis can wait for a list by itself, but not while it
// also renews a lease; asking five times a second costs it nothing.
const (
	takeWait  = time.Second
	takePause = 200 * time.Millisecond
)

// queueTimeout bounds one call of the queue.
const queueTimeout = 5 * time.Second

// jobQueue is where a worker finds its jobs. A job that was taken stays the
// worker's until it is done: each is done at least once, and twice only where
// a worker fell silent, or could not say that it had ended.
type jobQueue interface {
	// take moves the oldest job into the worker's hands and returns it. Where
	// there is one in its hands already it returns that one. It waits for
	// about a second; ok is false where no job came.
	take() (job string, ok bool, err error)
	// done removes the job in the worker's hands. It may be repeated.
	done(ctx context.Context, job string) error
	// renew says that the worker is alive.
	renew(ctx context.Context) error
	// reclaim puts back the jobs of workers that have been silent for longer
	// than the lease, and returns how many.
	reclaim(ctx context.Context) (int64, error)
	// leave says that the worker is going. What it holds is put back at once.
	leave(ctx context.Context) error
	// length counts the jobs that nobody has taken.
	length(ctx context.Context) (int64, error)
}

// redisQueue is a Redis list: jobs come in on the right and leave on the left.
//
// Each worker has a list of its own, which holds the job that it is doing, and
// a place in a sorted set of workers by the time at which they were last
// heard. All names carry the queue's name as their hash tag, so that they lie
// in one slot of a cluster and one script may change them together. None has a
// time to live: under volatile-lru, Redis never evicts one of them.
type redisQueue struct {
	client redis.UniversalClient
	name   string // the list of waiting jobs
	worker string
	lease  time.Duration
}

func newRedisQueue(cfg config) redisQueue {
	return redisQueue{client: newRedis(cfg.Redis), name: cfg.Queue, worker: cfg.PodName, lease: cfg.JobLease}
}

// workers is the sorted set, and hands the list of one worker.
func (q redisQueue) workers() string            { return "{" + q.name + "}:workers" }
func (q redisQueue) hands(worker string) string { return "{" + q.name + "}:doing:" + worker }

// now is the script's clock: the server's, the same for all workers.
const now = `local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000); `

var (
	// takeScript takes and renews in one step: a job is never in the hands of
	// a worker that is not in the set.
	takeScript = redis.NewScript(now + `
redis.call('ZADD', KEYS[3], now, ARGV[1])
local job = redis.call('LINDEX', KEYS[2], 0)
if job then return job end
return redis.call('LMOVE', KEYS[1], KEYS[2], 'LEFT', 'RIGHT')`)

	renewScript = redis.NewScript(now + `return redis.call('ZADD', KEYS[1], now, ARGV[1])`)

	// silentScript lists the workers that have not been heard for ARGV[1] ms.
	silentScript = redis.NewScript(now + `return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[1])`)

	// releaseScript puts back what is in the hands of a worker, at the head of
	// the queue, if it is still silent; a silence of 0 is anyone's.
	releaseScript = redis.NewScript(now + `
local heard = redis.call('ZSCORE', KEYS[3], ARGV[1])
if heard and tonumber(heard) > now - ARGV[2] then return 0 end
local n = 0
while redis.call('LMOVE', KEYS[2], KEYS[1], 'RIGHT', 'LEFT') do n = n + 1 end
redis.call('ZREM', KEYS[3], ARGV[1])
return n`)
)

// take has no context on purpose: it ends by itself within takeWait, or when a
// call has timed out. A call whose answer was lost loses no job: the next
// finds it in the worker's hands.
func (q redisQueue) take() (string, bool, error) {
	for end := time.Now().Add(takeWait); ; time.Sleep(takePause) {
		job, err := q.tryTake()
		switch {
		case err == nil:
			return job, true, nil
		case !errors.Is(err, redis.Nil):
			return "", false, fmt.Errorf("take job from %s: %w", q.name, err)
		case !time.Now().Before(end):
			return "", false, nil
		}
	}
}

func (q redisQueue) tryTake() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), queueTimeout)
	defer cancel()
	return takeScript.Run(ctx, q.client, []string{q.name, q.hands(q.worker), q.workers()}, q.worker).Text()
}

func (q redisQueue) done(ctx context.Context, job string) error {
	ctx, cancel := context.WithTimeout(ctx, queueTimeout)
	defer cancel()
	if err := q.client.LRem(ctx, q.hands(q.worker), 1, job).Err(); err != nil {
		return fmt.Errorf("end job of %s: %w", q.name, err)
	}
	return nil
}

func (q redisQueue) renew(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, queueTimeout)
	defer cancel()
	if err := renewScript.Run(ctx, q.client, []string{q.workers()}, q.worker).Err(); err != nil {
		return fmt.Errorf("renew lease of %s: %w", q.name, err)
	}
	return nil
}

func (q redisQueue) reclaim(ctx context.Context) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, queueTimeout)
	defer cancel()
	silent, err := silentScript.Run(ctx, q.client, []string{q.workers()}, q.lease.Milliseconds()).StringSlice()
	if err != nil {
		return 0, fmt.Errorf("find silent workers of %s: %w", q.name, err)
	}
	var total int64
	for _, worker := range silent {
		n, err := q.release(ctx, worker, q.lease)
		if err != nil {
			return total, fmt.Errorf("put back the job of %s in %s: %w", worker, q.name, err)
		}
		total += n
	}
	return total, nil
}

func (q redisQueue) leave(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, queueTimeout)
	defer cancel()
	if _, err := q.release(ctx, q.worker, 0); err != nil {
		return fmt.Errorf("leave %s: %w", q.name, err)
	}
	return nil
}

func (q redisQueue) release(ctx context.Context, worker string, silence time.Duration) (int64, error) {
	return releaseScript.Run(ctx, q.client, []string{q.name, q.hands(worker), q.workers()}, worker, silence.Milliseconds()).Int64()
}

func (q redisQueue) length(ctx context.Context) (int64, error) {
	n, err := q.client.LLen(ctx, q.name).Result()
	if err != nil {
		return 0, fmt.Errorf("length of %s: %w", q.name, err)
	}
	return n, nil
}

func (q redisQueue) Close() error { return q.client.Close() }
