package cache

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/artisan-platform/headroom/cluster/platform/breaker"
)

// Redis is a Store in a Redis server or a Redis Cluster, behind a circuit
// breaker: while Redis is away a look-up costs nothing and finds nothing.
type Redis struct {
	client  redis.UniversalClient
	breaker *breaker.Breaker
	prefix  string
	timeout time.Duration
}

var _ Store = (*Redis)(nil)

// NewRedis stores under keys that begin with prefix. A call that takes longer
// than timeout has failed. The client stays the caller's to close.
func NewRedis(client redis.UniversalClient, b *breaker.Breaker, prefix string, timeout time.Duration) *Redis {
	return &Redis{client: client, breaker: b, prefix: prefix, timeout: timeout}
}

// Get returns the value of key. While the breaker is open there is none, and
// that is no error: it has been told once.
func (r *Redis) Get(ctx context.Context, key string) (value []byte, ok bool, err error) {
	err = r.call(ctx, func(ctx context.Context) error {
		var err error
		value, err = r.client.Get(ctx, r.prefix+key).Bytes()
		if errors.Is(err, redis.Nil) {
			return nil
		}
		ok = err == nil
		return err
	})
	return value, ok, err
}

// Set keeps value for ttl.
func (r *Redis) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if ttl <= 0 {
		return fmt.Errorf("store %s for %s: the time has to be positive, since a key without one would never leave", key, ttl)
	}
	return r.call(ctx, func(ctx context.Context) error {
		return r.client.Set(ctx, r.prefix+key, value, ttl).Err()
	})
}

// Delete forgets key.
func (r *Redis) Delete(ctx context.Context, key string) error {
	return r.call(ctx, func(ctx context.Context) error {
		return r.client.Del(ctx, r.prefix+key).Err()
	})
}

func (r *Redis) call(ctx context.Context, fn func(context.Context) error) error {
	err := r.breaker.Do(func() error {
		ctx, cancel := context.WithTimeout(ctx, r.timeout)
		defer cancel()
		return fn(ctx)
	})
	if errors.Is(err, breaker.ErrOpen) {
		return nil
	}
	return err
}
