package artisan

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/sobek"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/artisan-platform/headroom/runner/spec"
)

// postgres is one database, as one virtual user sees it.
type postgres struct {
	m    *Module
	pool *pgxpool.Pool
}

// postgres is artisan.postgres(dsn?): a PostgreSQL database, or a PgBouncer
// before one. dsn is a URL (postgres://user:password@host:port/database) or
// keywords as libpq has them, by default that of ARTISAN_POSTGRES. What it leaves
// out is taken from PGUSER, PGPASSWORD, ~/.pgpass and so on, as libpq does;
// pool_max_conns (by default 10) bounds the connections of query. Only this
// machine and hosts allowed by --allow-host are connected to.
//
// It may be called in the init context: nothing is connected to before the
// first use. All virtual users share the connections of query. It returns an
// object with query and hold.
func (m *Module) postgres(call sobek.FunctionCall) sobek.Value {
	dsn := m.ext.cfg.Postgres
	if v := call.Argument(0); !absent(v) {
		text, ok := v.Export().(string)
		if !ok {
			m.typeError("postgres(dsn): dsn must be a string, such as \"postgres://user:password@127.0.0.1:5432/app\", and is %s", describe(v))
		}
		dsn = text
	}
	if dsn == "" {
		m.typeError("postgres() needs a connection string: postgres(\"postgres://user:password@127.0.0.1:5432/app\"), or the same in ARTISAN_POSTGRES")
	}
	pool, err := share(m.ext, "postgres "+dsn, func() (*pgxpool.Pool, func() error, error) {
		cfg, err := m.ext.database(dsn)
		if err != nil {
			return nil, nil, err
		}
		p, err := pgxpool.NewWithConfig(m.ext.ctx, cfg) // connects to nothing
		if err != nil {
			return nil, nil, err
		}
		return p, func() error { p.Close(); return nil }, nil
	})
	if err != nil {
		m.typeError("postgres(): %v", err)
	}
	p := &postgres{m, pool}
	return m.object(field{"query", p.query}, field{"hold", p.hold})
}

// defaultConns bounds the connections of query, if the connection string does
// not.
const defaultConns = 10

// database reads a connection string and refuses hosts that may not be loaded.
func (e *Extension) database(dsn string) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, err // its text hides passwords
	}
	if !strings.Contains(dsn, "pool_max_conns") {
		cfg.MaxConns = defaultConns
	}
	cfg.MinConns, cfg.MinIdleConns = 0, 0
	hosts := []string{cfg.ConnConfig.Host}
	for _, f := range cfg.ConnConfig.Fallbacks {
		hosts = append(hosts, f.Host)
	}
	for _, h := range hosts {
		if !strings.HasPrefix(h, "/") && !spec.HostAllowed(h, e.cfg.AllowHosts) { // a path is a socket of this machine
			return nil, fmt.Errorf("host %q is not this machine; allow it with --allow-host %s if it is yours to load", h, h)
		}
	}
	if cfg.ConnConfig.RuntimeParams["application_name"] == "" {
		cfg.ConnConfig.RuntimeParams["application_name"] = "headroom"
	}
	return cfg, nil
}

// config is a copy of how to connect.
func (p *postgres) config() *pgconn.Config { return p.pool.Config().ConnConfig.Config.Copy() }

// address is where the database is, for messages.
func (p *postgres) address() string {
	c := p.config()
	return net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port)))
}

// failed says what the database had to say about sql, or what to do if it does
// not answer.
func (p *postgres) failed(sql string, timeout time.Duration, err error) error {
	var said *pgconn.PgError
	var connect *pgconn.ConnectError
	switch {
	case errors.As(err, &said):
		return errors.New(serverText(said, sql))
	case errors.As(err, &connect):
		return fmt.Errorf("%s: is PostgreSQL at %s, and are user, password and database right?", oneLine(err), p.address())
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("PostgreSQL at %s gave no answer within %v", p.address(), timeout)
	}
	return fmt.Errorf("PostgreSQL at %s: %w", p.address(), err)
}

// serverText is an error of the server with all that it says.
func serverText(e *pgconn.PgError, sql string) string {
	text := e.Error()
	if at := int(e.Position); at > 0 {
		before := []rune(sql)
		before = before[:min(at-1, len(before))]
		line := 1
		column := at
		for i, r := range before {
			if r == '\n' {
				line, column = line+1, at-i-1
			}
		}
		text += fmt.Sprintf(" at line %d, column %d", line, column)
	}
	if e.Detail != "" {
		text += "; " + e.Detail
	}
	if e.Hint != "" {
		text += "; hint: " + e.Hint
	}
	return text
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
