package database

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/artisan-platform/headroom/cluster/platform/breaker"
)

// pool is one set of connections and its breaker.
type pool struct {
	name    string
	conns   *pgxpool.Pool
	breaker *breaker.Breaker
}

// do runs fn within timeout unless the breaker is open.
func (p *pool) do(ctx context.Context, timeout time.Duration, fn func(context.Context, *pgxpool.Pool) error) error {
	err := p.breaker.Do(func() error {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		return fn(ctx, p.conns)
	})
	if err != nil {
		return fmt.Errorf("%s database: %w", p.name, err)
	}
	return nil
}

// notServing are the classes of SQLSTATE with which a server (or PgBouncer)
// says that it cannot do its work, rather than that the query is wrong:
// connection exception, read-only transaction (a primary that has become a
// replica), insufficient resources, operator intervention (shutdown), system
// error, configuration file error, internal error.
// Source: PostgreSQL 15, Appendix A.
var notServing = []string{"08", "25", "53", "57", "58", "F0", "XX"}

// judge says what an error tells about the server.
func judge(err error) breaker.Outcome {
	var pg *pgconn.PgError
	switch {
	case err == nil, errors.Is(err, pgx.ErrNoRows), errors.Is(err, ErrNotFound):
		return breaker.Success
	case errors.Is(err, context.Canceled):
		return breaker.Neutral
	case errors.As(err, &pg) && !slices.Contains(notServing, class(pg)):
		return breaker.Success
	}
	return breaker.Failure
}

// class is the first two characters of the SQLSTATE.
func class(pg *pgconn.PgError) string {
	if len(pg.Code) < 2 {
		return "XX"
	}
	return pg.Code[:2]
}

// Unavailable reports errors of a database that does not answer, or that is not
// asked because it did not.
func Unavailable(err error) bool {
	return errors.Is(err, breaker.ErrOpen) || judge(err) == breaker.Failure
}

// Refused reports errors that the data brought about: they break a constraint
// or do not fit a type. The same data will always fail.
func Refused(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (class(pg) == "22" || class(pg) == "23")
}

// rolledBack reports errors of a transaction that the server ended for the
// sake of another (deadlock, serialization): it may work the next time.
func rolledBack(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && class(pg) == "40"
}

// Reason is what the server says is wrong with the data, without the values;
// "" for an error of another kind.
func Reason(err error) string {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return ""
	}
	if pg.ConstraintName != "" {
		return "constraint " + pg.ConstraintName
	}
	return pg.Message
}
