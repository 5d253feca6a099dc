// Package cache is a cache-aside cache for answers that many ask for at once.
//
// Each key is loaded by one caller at a time and the others wait for it, so
// that a value that has run out does not send every caller to the database.
// Every stored value has a time to live: where the queue's Redis evicts keys
// to make room (volatile-lru) it takes these and never a job. A value that
// cannot be loaded is answered from the last one seen, for a bounded time.
package cache

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Store keeps values for a time. Its implementations are safe for concurrent
// use and share no memory with their callers' slices, which nobody changes.
type Store interface {
	// Get returns the value of key; ok is false where there is none.
	Get(ctx context.Context, key string) (value []byte, ok bool, err error)
	// Set keeps value for ttl, which is positive.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
	// Delete forgets key. A key that is not there is no error.
	Delete(ctx context.Context, key string) error
}

// Result says where an answer came from.
type Result string

// The results.
const (
	Hit   Result = "hit"   // from the store
	Miss  Result = "miss"  // loaded
	Stale Result = "stale" // the last value seen, since loading failed
)

// Config says how a cache behaves. Loads that take longer than LoadTimeout
// are given up.
type Config struct {
	Store       Store
	LoadTimeout time.Duration // of one load, whoever waits for it
	Fallback    int           // how many last values are kept for Stale; 0: none
	StaleFor    time.Duration // how old such a value may be
	// Final reports errors that are answers ("no such post"): they are passed
	// on where a fallback would hide them. It may be nil.
	Final func(err error) bool
	// Failed is told of each error of the store, which costs the caller
	// nothing else. It may be nil.
	Failed func(err error)
}

// Cache is safe for concurrent use.
type Cache struct {
	cfg     Config
	last    *Memory
	flights flights
}

// New returns a cache. Close it when no caller is left.
func New(cfg Config) *Cache {
	if cfg.Final == nil {
		cfg.Final = func(error) bool { return false }
	}
	if cfg.Failed == nil {
		cfg.Failed = func(error) {}
	}
	return &Cache{cfg: cfg, last: NewMemory(cfg.Fallback)}
}

// Get returns the value of key, from the store or from load. A loaded value is
// stored for ttl. Its errors are those of load, or of ctx. Nobody may change
// the value.
func (c *Cache) Get(ctx context.Context, key string, ttl time.Duration, load func(context.Context) ([]byte, error)) ([]byte, Result, error) {
	value, ok, err := c.cfg.Store.Get(ctx, key)
	if err != nil {
		c.cfg.Failed(fmt.Errorf("get %s: %w", key, err))
	}
	if ok && err == nil {
		return value, Hit, c.last.Set(ctx, key, value, c.cfg.StaleFor)
	}
	value, err = c.flights.do(ctx, key, func() ([]byte, error) {
		// The load outlives the caller that happened to be first.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.cfg.LoadTimeout)
		defer cancel()
		return c.load(ctx, key, ttl, load)
	})
	if err == nil {
		return value, Miss, nil
	}
	if c.cfg.Final(err) || ctx.Err() != nil {
		return nil, Miss, err
	}
	if value, ok, _ := c.last.Get(ctx, key); ok { // memory has no errors
		return value, Stale, nil
	}
	return nil, Miss, err
}

func (c *Cache) load(ctx context.Context, key string, ttl time.Duration, load func(context.Context) ([]byte, error)) ([]byte, error) {
	value, err := load(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.cfg.Store.Set(ctx, key, value, ttl); err != nil {
		c.cfg.Failed(fmt.Errorf("set %s: %w", key, err))
	}
	return value, c.last.Set(ctx, key, value, c.cfg.StaleFor)
}

// Forget makes the next Get of key load. A load that is under way may still
// store what it read before: such a value lives for its ttl.
func (c *Cache) Forget(ctx context.Context, key string) {
	if err := c.cfg.Store.Delete(ctx, key); err != nil {
		c.cfg.Failed(fmt.Errorf("forget %s: %w", key, err))
	}
}

// Close waits for the loads that are under way.
func (c *Cache) Close() { c.flights.wait() }

// errNoResult is what the callers of a load that panicked get.
var errNoResult = errors.New("load ended without a result")
