package database

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrNotFound is returned where there is no such row.
var ErrNotFound = errors.New("not found")

// pageSize is how many rows a list has: the guide's LIMIT.
const pageSize = 20

// Post is a row of posts.
type Post struct {
	ID              int64     `json:"id"`
	UserID          int64     `json:"user_id"`
	Title           string    `json:"title"`
	Status          string    `json:"status"`
	EngagementScore float64   `json:"engagement_score"`
	CreatedAt       time.Time `json:"created_at"`
}

// Product is a row of products.
type Product struct {
	ID         int64     `json:"id"`
	UserID     int64     `json:"user_id"`
	Name       string    `json:"name"`
	Status     string    `json:"status"`
	PriceCents int64     `json:"price_cents"`
	CreatedAt  time.Time `json:"created_at"`
}

// SaleEvent is a row of sale_events. EventID is the sender's name for it.
type SaleEvent struct {
	EventID     string    `json:"event_id"`
	ProductID   int64     `json:"product_id"`
	Platform    string    `json:"platform"`
	AmountCents int64     `json:"amount_cents"`
	OccurredAt  time.Time `json:"occurred_at"`
}

// UserAnalytics is a row of the materialized view.
type UserAnalytics struct {
	UserID         int64   `json:"user_id"`
	TotalPosts     int64   `json:"total_posts"`
	PublishedPosts int64   `json:"published_posts"`
	AvgEngagement  float64 `json:"avg_engagement"`
}

// Summary adds up the materialized view.
type Summary struct {
	Users          int64     `json:"users"`
	TotalPosts     int64     `json:"total_posts"`
	PublishedPosts int64     `json:"published_posts"`
	AvgEngagement  float64   `json:"avg_engagement"` // mean of the users' means
	RefreshedAt    time.Time `json:"refreshed_at"`
}

const postColumns = "SELECT id, user_id, title, status, engagement_score, created_at FROM posts "

// Posts lists the newest posts of a user, or of all users where userID is 0.
func (d *DB) Posts(ctx context.Context, userID int64) ([]Post, error) {
	if userID == 0 {
		return list[Post](ctx, d.read, postColumns+"ORDER BY id DESC LIMIT $1", pageSize)
	}
	return list[Post](ctx, d.read, postColumns+"WHERE user_id = $1 ORDER BY created_at DESC LIMIT $2", userID, pageSize)
}

// Post is one post, or ErrNotFound.
func (d *DB) Post(ctx context.Context, id int64) (Post, error) {
	return one[Post](ctx, d.read, postColumns+"WHERE id = $1", id)
}

const productColumns = "SELECT id, user_id, name, status, price_cents, created_at FROM products "

// Products lists the active products of a user, or the newest of all users
// where userID is 0.
func (d *DB) Products(ctx context.Context, userID int64) ([]Product, error) {
	if userID == 0 {
		return list[Product](ctx, d.read, productColumns+"WHERE status = 'active' ORDER BY id DESC LIMIT $1", pageSize)
	}
	return list[Product](ctx, d.read, productColumns+"WHERE user_id = $1 AND status = 'active' ORDER BY id LIMIT $2", userID, pageSize)
}

const eventColumns = "SELECT event_id, product_id, platform, amount_cents, occurred_at FROM sale_events "

// SaleEvents lists the newest sales of a sales platform.
func (d *DB) SaleEvents(ctx context.Context, platform string) ([]SaleEvent, error) {
	return list[SaleEvent](ctx, d.read, eventColumns+"WHERE platform = $1 ORDER BY occurred_at DESC LIMIT $2", platform, pageSize)
}

// SaleEvent is one sale as the primary has it, or ErrNotFound.
func (d *DB) SaleEvent(ctx context.Context, eventID string) (SaleEvent, error) {
	return one[SaleEvent](ctx, d.fresh, eventColumns+"WHERE event_id = $1", eventID)
}

// CountSaleEvents counts the sales on the primary whose event_id begins with
// prefix. It is how a test finds out whether an acknowledged one was lost.
func (d *DB) CountSaleEvents(ctx context.Context, prefix string) (int64, error) {
	var n int64
	err := d.fresh(ctx, func(ctx context.Context, c *pgxpool.Pool) error {
		// U+10FFFF is the last character there is: the range is that of the prefix.
		const q = "SELECT count(*) FROM sale_events WHERE event_id >= $1 AND event_id < $1 || chr(1114111)"
		return c.QueryRow(ctx, q, prefix).Scan(&n)
	})
	if err != nil {
		return 0, fmt.Errorf("count sale events: %w", err)
	}
	return n, nil
}

const viewColumns = "SELECT user_id, total_posts, published_posts, avg_engagement FROM user_analytics "

// UserAnalytics is the row of one user, or ErrNotFound.
func (d *DB) UserAnalytics(ctx context.Context, userID int64) (UserAnalytics, error) {
	return one[UserAnalytics](ctx, d.read, viewColumns+"WHERE user_id = $1", userID)
}

// Summary adds up the analytics of all users.
func (d *DB) Summary(ctx context.Context) (Summary, error) {
	return one[Summary](ctx, d.read, `
SELECT count(*) AS users,
       coalesce(sum(total_posts), 0)::bigint AS total_posts,
       coalesce(sum(published_posts), 0)::bigint AS published_posts,
       coalesce(avg(avg_engagement), 0) AS avg_engagement,
       (SELECT refreshed_at FROM view_refreshes WHERE view_name = 'user_analytics') AS refreshed_at
FROM user_analytics`)
}

// route is DB.read or DB.fresh.
type route func(context.Context, func(context.Context, *pgxpool.Pool) error) error

// list reads rows into the fields of T by their names. No rows are no error
// and an empty list, which JSON writes as [].
func list[T any](ctx context.Context, to route, query string, args ...any) ([]T, error) {
	var out []T
	err := to(ctx, func(ctx context.Context, c *pgxpool.Pool) error {
		rows, err := c.Query(ctx, query, args...)
		if err != nil {
			return err
		}
		out, err = pgx.AppendRows([]T{}, rows, pgx.RowToStructByName[T])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list %T: %w", out, err)
	}
	return out, nil
}

// one reads the first row, or returns ErrNotFound.
func one[T any](ctx context.Context, to route, query string, args ...any) (T, error) {
	rows, err := list[T](ctx, to, query, args...)
	var none T
	switch {
	case err != nil:
		return none, err
	case len(rows) == 0:
		return none, ErrNotFound
	}
	return rows[0], nil
}
