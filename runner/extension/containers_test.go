package extension_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"

	"github.com/artisan-platform/headroom/cluster/image"
	"github.com/artisan-platform/headroom/runner/redisconn/redistest"
	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

// The images of the stack that are tested against, as its manifests name them.
const (
	redisImage     = "docker.io/library/redis:7.0.15"
	postgresImage  = "ghcr.io/cloudnative-pg/postgresql:15.20"
	pgbouncerImage = "docker.io/edoburu/pgbouncer:1.18.0"
)

// containerPatience bounds the start of a container on a busy machine.
const containerPatience = 2 * time.Minute

// start runs a program of an image of the catalog in a container, which is gone
// when the test is over, waits until its log says that it is ready, and returns
// how it is reached: from this machine, and from other containers. Without
// HEADROOM_CONTAINERS=1, which says that the images are built, the test is
// skipped.
func start(t *testing.T, ref string, port int, ready string, command ...string) (here, there string) {
	t.Helper()
	if os.Getenv("HEADROOM_CONTAINERS") != "1" {
		t.Skip("needs Docker and the stack's images: run `headroom images build`, and set HEADROOM_CONTAINERS=1 (make containers does)")
	}
	t.Setenv("TESTCONTAINERS_RYUK_DISABLED", "true") // its image is in a registry; t.Cleanup removes what is started
	if err := (&image.Builder{}).ToDocker(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("%d/tcp", port)
	c, err := testcontainers.Run(t.Context(), ref, testcontainers.WithCmd(command...), testcontainers.WithExposedPorts(name),
		testcontainers.WithHostConfigModifier(func(h *container.HostConfig) {
			h.PortBindings = network.PortMap{network.MustParsePort(name): []network.PortBinding{{HostIP: netip.MustParseAddr("127.0.0.1")}}}
		}),
		testcontainers.WithWaitStrategyAndDeadline(containerPatience, wait.ForLog(ready)))
	testcontainers.CleanupContainer(t, c)
	if err != nil {
		t.Fatal(err)
	}
	mapped, err := c.MappedPort(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	ip, err := c.ContainerIP(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return net.JoinHostPort("127.0.0.1", mapped.Port()), net.JoinHostPort(ip, fmt.Sprint(port))
}

// TestContainerRedis works on the stack's Redis.
func TestContainerRedis(t *testing.T) {
	here, _ := start(t, redisImage, 6379, "Ready to accept connections", "redis-server", "--save", "", "--protected-mode", "no")
	said, _ := runOn(t, artisan.Config{Redis: []string{here}}, queueScript)
	if strings.Join(said, " ") != "12000 12000 true" {
		t.Errorf("the script said %q", said)
	}
}

const queueScript = `import { queue } from 'k6/x/artisan';
	export default async function () {
		console.log(await queue('a').push(12000));
		console.log(await queue('a').length());
		const r = await queue('b').hold(700, { for: '500ms' });
		console.log(r.pushed === 700 && r.lowest === 700 && r.highest === 700);
	}`

// TestContainerRedisCluster works on a cluster whose nodes announce the
// addresses of their containers, which are not allowed: it is reached by the
// ports of this machine.
func TestContainerRedisCluster(t *testing.T) {
	var here, there []string
	for range 3 {
		h, c := start(t, redisImage, 6379, "Ready to accept connections", "redis-server", "--save", "", "--protected-mode", "no", "--cluster-enabled", "yes", "--dir", "/tmp")
		here, there = append(here, h), append(there, c)
	}
	redistest.Join(t, here, func(i int) string { return there[i] })
	said, _ := runOn(t, artisan.Config{Redis: here}, queueScript)
	if strings.Join(said, " ") != "12000 12000 true" {
		t.Errorf("the script said %q", said)
	}
}

// database starts a PostgreSQL of 30 connections, and a PgBouncer in
// transaction mode before it that has 5 of them and takes 20 clients. It returns
// their connection strings.
func database(t *testing.T) (direct, pooled string) {
	t.Helper()
	here, there := start(t, postgresImage, 5432, "ready to accept connections", "sh", "-c", `printf secret >/tmp/password &&
		initdb -D /tmp/data -U app --pwfile=/tmp/password --auth=scram-sha-256 >/dev/null &&
		echo "host all all all scram-sha-256" >>/tmp/data/pg_hba.conf &&
		exec postgres -D /tmp/data -c listen_addresses='*' -c unix_socket_directories=/tmp -c max_connections=30 -c fsync=off`)
	host, _, _ := net.SplitHostPort(there)
	bouncer, _ := start(t, pgbouncerImage, 6432, "process up", "sh", "-c", fmt.Sprintf(`printf '"app" "secret"\n' >/tmp/users && cat >/tmp/pgbouncer.ini <<END
[databases]
* = host=%s port=5432 user=app password=secret dbname=postgres
[pgbouncer]
listen_addr = 0.0.0.0
listen_port = 6432
unix_socket_dir =
auth_type = scram-sha-256
auth_file = /tmp/users
pool_mode = transaction
default_pool_size = 5
max_client_conn = 20
server_reset_query = DISCARD ALL
END
exec pgbouncer /tmp/pgbouncer.ini`, host))
	direct, pooled = "postgres://app:secret@"+here+"/postgres", "postgres://app:secret@"+bouncer+"/postgres"
	answers(t, direct)
	answers(t, pooled)
	return direct, pooled
}

// answers waits until a database does.
func answers(t *testing.T, dsn string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), containerPatience)
	defer cancel()
	for {
		said, _ := runOn(t, artisan.Config{Postgres: dsn}, `import { postgres } from 'k6/x/artisan';
			export default async function () { try { await postgres().query('select 1'); console.log('yes'); } catch (e) { console.log(e.message); } }`)
		if len(said) == 1 && said[0] == "yes" {
			return
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("the database does not answer: %s", said)
		}
	}
}
