package queueload

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/artisan-platform/headroom/runner/redisconn"
)

// pusher counts what it has pushed.
type pusher struct {
	cfg    Config
	client *redisconn.Client
	pushed int
	length int64
}

// pushAll pushes every job when it is due. A push that took long is followed
// by all that came due meanwhile.
func (p *pusher) pushAll(ctx context.Context) error {
	start := time.Now()
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for {
		for due := dueBy(p.cfg.Queue.Jobs, p.cfg.Queue.Over, time.Since(start)); p.pushed < due; {
			if err := p.push(ctx, min(due-p.pushed, batch)); err != nil {
				return err
			}
		}
		if p.pushed == p.cfg.Queue.Jobs {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("stopped before its end: %w", ctx.Err())
		}
	}
}

// push appends the next n jobs by one command.
func (p *pusher) push(ctx context.Context, n int) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("stopped before its end: %w", err)
	}
	jobs := make([]any, n)
	for i := range jobs {
		jobs[i] = payload(p.cfg.Queue, p.pushed+i)
	}
	var length int64
	err := p.client.Do(ctx, p.cfg.Queue.List, func(ctx context.Context, node *redis.Client) (err error) {
		length, err = node.RPush(ctx, p.cfg.Queue.List, jobs...).Result()
		return err
	})
	if err != nil {
		return fmt.Errorf("push %d jobs to list %s at %s: %w", n, p.cfg.Queue.List, p.cfg.Queue.Address, err)
	}
	p.pushed += n
	p.length = length
	return nil
}

// dueBy is how many jobs are due at an offset from the start: job i of n is
// due at i*over/n, so the first is due at once and the last one step before
// the end.
func dueBy(n int, over, at time.Duration) int {
	if at >= over {
		return n
	}
	if at < 0 {
		return 0
	}
	return min(int(float64(n)*(float64(at)/float64(over)))+1, n)
}
