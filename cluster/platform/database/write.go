package database

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// CreatePost adds a draft and returns its number. It is tried once: tried
// again after a connection died, it could be there twice.
func (d *DB) CreatePost(ctx context.Context, userID int64, title string) (int64, error) {
	var id int64
	err := d.primary.do(ctx, d.cfg.WriteTimeout, func(ctx context.Context, c *pgxpool.Pool) error {
		const q = "INSERT INTO posts (user_id, title) VALUES ($1, $2) RETURNING id"
		return c.QueryRow(ctx, q, userID, title).Scan(&id)
	})
	if err != nil {
		return 0, fmt.Errorf("create post: %w", err)
	}
	return id, nil
}

// The pauses between attempts of a write.
const (
	firstPause = 50 * time.Millisecond
	maxPause   = 500 * time.Millisecond
)

// insertEvents writes an event that is there already once more as it is. DO
// NOTHING would write nothing, and a transaction that writes nothing does not
// wait for the synchronous replica: a repetition would then be acknowledged
// although the first attempt had not reached it, and could be lost with the
// primary.
const insertEvents = `
INSERT INTO sale_events (event_id, product_id, platform, amount_cents, occurred_at)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::timestamptz[])
ON CONFLICT (event_id) DO UPDATE SET event_id = sale_events.event_id`

// InsertSaleEvents writes events in one transaction and returns when they are
// committed. An event_id that is known already keeps its first content.
//
// It rides out a failover: since an event counts once, an attempt whose
// outcome nobody knows, because the connection died in it, can be made again.
// It gives up when the write time-out has passed.
func (d *DB) InsertSaleEvents(ctx context.Context, events []SaleEvent) error {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.WriteTimeout)
	defer cancel()
	args := columns(events)
	pause := firstPause
	for {
		err := d.primary.do(ctx, d.cfg.ReadTimeout, func(ctx context.Context, c *pgxpool.Pool) error {
			_, err := c.Exec(ctx, insertEvents, args...)
			return err
		})
		if err == nil {
			return nil
		}
		if !Unavailable(err) && !rolledBack(err) {
			return fmt.Errorf("insert %d sale events: %w", len(events), err)
		}
		select {
		case <-time.After(pause):
			pause = min(2*pause, maxPause)
		case <-ctx.Done():
			return fmt.Errorf("insert %d sale events, for %s: %w", len(events), d.cfg.WriteTimeout, err)
		}
	}
}

// columns turns events into one array per column. An event_id stands in it
// once, since a statement may not meet the same row twice, and in order, so
// that two statements wait for each other rather than in a circle.
func columns(events []SaleEvent) []any {
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b SaleEvent) int { return cmp.Compare(a.EventID, b.EventID) })
	events = slices.CompactFunc(events, func(a, b SaleEvent) bool { return a.EventID == b.EventID })
	var (
		ids       = make([]string, len(events))
		products  = make([]int64, len(events))
		platforms = make([]string, len(events))
		amounts   = make([]int64, len(events))
		times     = make([]time.Time, len(events))
	)
	for i, e := range events {
		ids[i], products[i], platforms[i], amounts[i], times[i] = e.EventID, e.ProductID, e.Platform, e.AmountCents, e.OccurredAt
	}
	return []any{ids, products, platforms, amounts, times}
}
