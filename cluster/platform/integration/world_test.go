package integration

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"github.com/artisan-platform/headroom/cluster/platform/schema"
)

// The images of the stack.
const (
	postgresImage  = "ghcr.io/cloudnative-pg/postgresql:15.20"
	pgbouncerImage = "docker.io/edoburu/pgbouncer:1.18.0"
	redisImage     = "docker.io/library/redis:7.0.15"
)

// debianPostgres is where Debian has PostgreSQL's programs.
const debianPostgres = "/usr/lib/postgresql/15/bin"

// world is a set of services for one test.
type world struct {
	postgres, pgbouncer, redis service
	postgresPort, bouncerPort  int
	redisAddr                  string
}

// newWorld starts PostgreSQL with the schema, PgBouncer in front of it with a
// pool of poolSize connections, and Redis.
func newWorld(t *testing.T, poolSize int) *world {
	t.Helper()
	needServices(t)
	w := &world{postgresPort: freePort(t), bouncerPort: freePort(t)}
	w.postgres = launch(t, postgresProgram(w.postgresPort))
	w.applySchema(t)
	w.pgbouncer = launch(t, pgbouncerProgram(w.bouncerPort, w.postgresPort, poolSize))
	port := freePort(t)
	w.redis, w.redisAddr = launch(t, redisProgram(port)), address(port)
	return w
}

// shell is a script that ends in the program itself, so that signals reach it.
func shell(format string, args ...any) []string {
	return []string{"sh", "-ec", fmt.Sprintf("cd \"${HEADROOM_DIR:-/tmp}\"\n"+format, args...)}
}

// postgresProgram keeps its data in its folder. It does not sync to disk: no
// test cuts the power.
func postgresProgram(port int) program {
	return program{name: "postgres", image: postgresImage, port: port, argv: shell(`
[ -e data/PG_VERSION ] || initdb -D data -A trust -U postgres -N >/dev/null
exec postgres -D data -p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=200`, port)}
}

// pgbouncerProgram has the guide's settings, but for the size of the pool, and
// the one that the corrections add: after a failed login it tries again in a
// second and not in fifteen.
func pgbouncerProgram(port, postgresPort, poolSize int) program {
	return program{name: "pgbouncer", image: pgbouncerImage, port: port, argv: shell(`
echo '"app_user" "secret"' >users.txt
cat >pgbouncer.ini <<INI
[databases]
* = host=127.0.0.1 port=%d
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = scram-sha-256
auth_file = users.txt
admin_users = app_user
pool_mode = transaction
max_client_conn = 1000
default_pool_size = %d
min_pool_size = %d
reserve_pool_size = %d
server_reset_query = DISCARD ALL
server_login_retry = 1
INI
exec pgbouncer pgbouncer.ini`, postgresPort, port, poolSize, min(poolSize, 5), min(poolSize, 5))}
}

func redisProgram(port int, more ...string) program {
	argv := []string{"redis-server", "--bind", "127.0.0.1", "--port", strconv.Itoa(port), "--save", "", "--maxmemory-policy", "volatile-lru"}
	return program{name: "redis", image: redisImage, port: port, argv: append(argv, more...)}
}

// superuser connects to PostgreSQL itself, past PgBouncer.
func (w *world) superuser(t *testing.T, database string) *pgx.Conn {
	t.Helper()
	var conn *pgx.Conn
	eventually(t, 30*time.Second, "connect to PostgreSQL", func() (err error) {
		conn, err = pgx.Connect(t.Context(), fmt.Sprintf("postgres://postgres@%s/%s?sslmode=disable", address(w.postgresPort), database))
		return err
	})
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) }) // the server may be gone
	return conn
}

// applySchema makes user and database as the operator does, and applies the
// schema as the superuser.
func (w *world) applySchema(t *testing.T) {
	t.Helper()
	admin := w.superuser(t, "postgres")
	for _, q := range []string{"CREATE ROLE app_user LOGIN PASSWORD 'secret'", "CREATE DATABASE artisan_platform OWNER app_user"} {
		_, err := admin.Exec(t.Context(), q)
		must(t, err, q)
	}
	_, err := w.superuser(t, "artisan_platform").Exec(t.Context(), schema.SQL)
	must(t, err, "apply the schema")
}

// appURL is the application's way to the database: through PgBouncer.
func (w *world) appURL() string {
	return fmt.Sprintf("postgres://app_user:secret@%s/artisan_platform?sslmode=disable", address(w.bouncerPort))
}

// count runs a query for one number on PostgreSQL itself.
func (w *world) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	must(t, w.superuser(t, "artisan_platform").QueryRow(t.Context(), query, args...).Scan(&n), query)
	return n
}

// redisClient is the test's own.
func redisClient(t *testing.T, addrs ...string) redis.UniversalClient {
	t.Helper()
	c := redis.NewUniversalClient(&redis.UniversalOptions{Addrs: addrs})
	t.Cleanup(func() { must(t, c.Close(), "close Redis client") })
	return c
}

// pairs turns "NAME=value" into an environment.
func pairs(list []string) map[string]string {
	env := make(map[string]string)
	for _, p := range list {
		name, value, _ := strings.Cut(p, "=")
		env[name] = value
	}
	return env
}
