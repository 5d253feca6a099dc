// Package database is the platform's PostgreSQL: its queries, the pools of
// connections and the circuit breakers around them.
//
// The primary is reached through PgBouncer in transaction mode, where each
// transaction may run on another connection of the server. Nothing here may
// therefore outlive a transaction: no named prepared statement, no session
// lock, no SET without LOCAL, no LISTEN. Queries go as one unnamed statement
// and in one round trip (pgx.QueryExecModeExec), which every version of
// PgBouncer passes on.
package database

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/artisan-platform/headroom/cluster/platform/breaker"
)

// The names of the pools, which are labels of metrics.
const (
	Primary = "primary"
	Replica = "replica"
)

// Config says where the database is and how it is used.
type Config struct {
	URL            string        // of the primary, through PgBouncer
	ReadURL        string        // of the replicas; "" reads from the primary
	User, Password string        // in place of those of the URLs, where not empty
	MaxConns       int           // of each pool
	ReadTimeout    time.Duration // of one read, waiting for a connection included
	WriteTimeout   time.Duration // of one write, with all its attempts
	NewBreaker     func(name string, judge func(error) breaker.Outcome) *breaker.Breaker
}

// DB is safe for concurrent use.
type DB struct {
	cfg     Config
	primary *pool
	replica *pool // nil: the primary
}

// maxLifetime ends connections so that they spread over the PgBouncers that
// there are now: a Service balances new connections only.
const maxLifetime = 2 * time.Minute

// connectTimeout bounds one connection attempt. A pod that is gone answers
// nothing at all.
const connectTimeout = 2 * time.Second

// Open prepares the pools. It reports what is wrong with the addresses, but
// does not connect: a database that is away at the start may come later. Its
// errors never show a password.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	d := &DB{cfg: cfg}
	var err error
	if d.primary, err = cfg.open(ctx, Primary, cfg.URL); err != nil {
		return nil, err
	}
	if cfg.ReadURL == "" {
		return d, nil
	}
	if d.replica, err = cfg.open(ctx, Replica, cfg.ReadURL); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (c Config) open(ctx context.Context, name, url string) (*pool, error) {
	conf, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("address of the %s database: %w", name, err)
	}
	conf.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	conf.ConnConfig.ConnectTimeout = connectTimeout
	if c.User != "" {
		conf.ConnConfig.User = c.User
	}
	if c.Password != "" {
		conf.ConnConfig.Password = c.Password
	}
	conf.MaxConns = int32(c.MaxConns)
	conf.MaxConnLifetime, conf.MaxConnLifetimeJitter = maxLifetime, maxLifetime/4
	conf.MaxConnIdleTime = maxLifetime / 2
	conns, err := pgxpool.NewWithConfig(ctx, conf)
	if err != nil {
		return nil, fmt.Errorf("prepare connections to the %s database: %w", name, err)
	}
	return &pool{name: name, conns: conns, breaker: c.NewBreaker(name, judge)}, nil
}

// Close ends all connections, when those in use are free.
func (d *DB) Close() {
	for _, p := range d.pools() {
		p.conns.Close()
	}
}

func (d *DB) pools() []*pool {
	if d.replica == nil {
		return []*pool{d.primary}
	}
	return []*pool{d.primary, d.replica}
}

// Ping asks the primary for an answer, whatever the breaker thinks.
func (d *DB) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.ReadTimeout)
	defer cancel()
	if err := d.primary.conns.Ping(ctx); err != nil {
		return fmt.Errorf("ping the primary database: %w", err)
	}
	return nil
}

// Usage is how many connections a pool has.
type Usage struct {
	Pool             string
	InUse, Idle, Max int32
}

// Usage counts the connections of each pool at this moment.
func (d *DB) Usage() []Usage {
	var all []Usage
	for _, p := range d.pools() {
		s := p.conns.Stat()
		all = append(all, Usage{Pool: p.name, InUse: s.AcquiredConns(), Idle: s.IdleConns(), Max: s.MaxConns()})
	}
	return all
}

// read runs fn on a replica where there is one, and on the primary where there
// is none that answers.
func (d *DB) read(ctx context.Context, fn func(context.Context, *pgxpool.Pool) error) error {
	if d.replica != nil {
		err := d.replica.do(ctx, d.cfg.ReadTimeout, fn)
		if err == nil || !Unavailable(err) {
			return err
		}
		if perr := d.fresh(ctx, fn); perr != nil {
			return errors.Join(err, perr)
		}
		return nil
	}
	return d.fresh(ctx, fn)
}

// fresh reads from the primary, for what must not lag behind.
func (d *DB) fresh(ctx context.Context, fn func(context.Context, *pgxpool.Pool) error) error {
	return d.primary.do(ctx, d.cfg.ReadTimeout, fn)
}
