package database

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/artisan-platform/headroom/cluster/platform/breaker"
)

// refreshTimeout bounds one refresh of the materialized view.
const refreshTimeout = time.Minute

// claimRefresh finds the view's row if it is due and nobody else is at it. The
// lock is the transaction's own: PgBouncer would hand the lock of a session on
// to whoever uses the connection next.
const claimRefresh = `
SELECT view_name FROM view_refreshes
WHERE view_name = 'user_analytics' AND refreshed_at <= now() - make_interval(secs => $1)
FOR UPDATE SKIP LOCKED`

// RefreshAnalytics refreshes the materialized view if its last refresh is at
// least age ago and no other backend is doing it. It reports whether it did.
// Reads of the view go on meanwhile. It passes the breaker by: it may take a
// minute, and for so long a half-open breaker would let nothing else through.
func (d *DB) RefreshAnalytics(ctx context.Context, age time.Duration) (done bool, err error) {
	if d.primary.breaker.State() != breaker.Closed {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	err = pgx.BeginFunc(ctx, d.primary.conns, func(tx pgx.Tx) error {
		done, err = refresh(ctx, tx, age)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("refresh user_analytics: %w", err)
	}
	return done, nil
}

func refresh(ctx context.Context, tx pgx.Tx, age time.Duration) (done bool, err error) {
	var view string
	switch err := tx.QueryRow(ctx, claimRefresh, age.Seconds()).Scan(&view); {
	case errors.Is(err, pgx.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	}
	if _, err := tx.Exec(ctx, "REFRESH MATERIALIZED VIEW CONCURRENTLY user_analytics"); err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, "UPDATE view_refreshes SET refreshed_at = clock_timestamp() WHERE view_name = $1", view)
	return err == nil, err
}
