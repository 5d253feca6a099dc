package integration

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// standbyProgram is a replica of the server at primaryPort.
func standbyProgram(port, primaryPort int) program {
	return program{name: "standby", image: postgresImage, port: port, argv: shell(`
[ -e data/PG_VERSION ] || pg_basebackup -h 127.0.0.1 -p %d -U postgres -D data -R -X stream -c fast
exec postgres -D data -p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=200 -c hot_standby=on`,
		primaryPort, port)}
}

// switchboard is a way to a server that a test can lead elsewhere, as the
// Service of the primary does, or cut.
type switchboard struct {
	port   int
	target atomic.Int64 // 0: nowhere
	conns  sync.WaitGroup

	mu  sync.Mutex
	cut context.CancelFunc // ends the connections that there are
	ctx context.Context
}

func newSwitchboard(t *testing.T, target int) *switchboard {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err, "listen")
	s := &switchboard{port: ln.Addr().(*net.TCPAddr).Port}
	s.target.Store(int64(target))
	s.ctx, s.cut = context.WithCancel(context.WithoutCancel(t.Context()))
	s.conns.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return // closed below
			}
			s.mu.Lock()
			ctx := s.ctx
			s.mu.Unlock()
			s.conns.Go(func() { s.connect(ctx, conn) })
		}
	})
	t.Cleanup(func() {
		must(t, ln.Close(), "close the switchboard")
		s.lead(0)
		s.conns.Wait()
	})
	return s
}

// lead leads new connections to target, 0 is nowhere, and ends the others.
func (s *switchboard) lead(target int) {
	s.target.Store(int64(target))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut()
	s.ctx, s.cut = context.WithCancel(context.WithoutCancel(s.ctx))
}

// connect copies both ways until either side or the test has ended.
func (s *switchboard) connect(ctx context.Context, from net.Conn) {
	defer func() { _ = from.Close() }() // either side may have closed it
	to, err := new(net.Dialer).DialContext(ctx, "tcp", address(int(s.target.Load())))
	if err != nil {
		return
	}
	stop := context.AfterFunc(ctx, func() { _, _ = from.Close(), to.Close() })
	defer stop()
	var copies sync.WaitGroup
	for _, way := range [][2]net.Conn{{from, to}, {to, from}} {
		copies.Go(func() {
			_, _ = io.Copy(way[1], way[0])
			_, _ = from.Close(), to.Close()
		})
	}
	copies.Wait()
}

// The primary dies while its replica lags behind, and the replica takes over.
// With synchronous replication no acknowledged sale event is lost, although
// some that were not acknowledged are on the old primary. Without it they are:
// this is why the stack's database is synchronous.
func TestFailoverToAReplicaThatLags(t *testing.T) {
	for name, synchronous := range map[string]bool{"synchronous": true, "asynchronous": false} {
		t.Run(name, func(t *testing.T) {
			needServices(t)
			w := &world{postgresPort: freePort(t), bouncerPort: freePort(t)}
			primary := launch(t, postgresProgram(w.postgresPort))
			w.applySchema(t)
			replicaPort := freePort(t)
			wal := newSwitchboard(t, w.postgresPort)
			launch(t, standbyProgram(replicaPort, wal.port))
			w.replicate(t, synchronous)
			rw := newSwitchboard(t, w.postgresPort)
			w.pgbouncer = launch(t, pgbouncerProgram(w.bouncerPort, rw.port, 25))
			redis := redisProgram(freePort(t))
			launch(t, redis)
			w.redisAddr = address(redis.port)
			b := w.backend(t, "PLATFORM_DB_READ_TIMEOUT=300ms", "PLATFORM_DB_WRITE_TIMEOUT=20s", "PLATFORM_BREAKER_OPEN=200ms")

			stop := b.senders(t, 10)
			time.Sleep(time.Second)
			wal.lead(0) // from here on the replica gets nothing
			w.abandonCommits(t, 2*time.Second)
			must(t, primary.kill(t.Context()), "kill the primary")
			promote(t, replicaPort)
			rw.lead(replicaPort)
			w.postgresPort = replicaPort
			b.waitMetric(primaryState, 0, 20*time.Second)
			time.Sleep(time.Second)
			acknowledged, others := stop()

			there, lost := w.stored(t), 0
			for _, id := range acknowledged {
				if there[id] == 0 {
					lost++
				}
			}
			t.Logf("%d acknowledged, %d not, %d lost", len(acknowledged), len(others), lost)
			if synchronous && lost > 0 {
				t.Errorf("%d of %d acknowledged sale events are lost", lost, len(acknowledged))
			}
			if !synchronous && lost == 0 {
				t.Error("nothing was lost without synchronous replication: this test shows nothing")
			}
			if len(acknowledged) < 100 {
				t.Errorf("%d acknowledged, want hundreds", len(acknowledged))
			}
		})
	}
}

// replicate waits for the replica and makes commits wait for it, if they are
// to.
func (w *world) replicate(t *testing.T, synchronous bool) {
	t.Helper()
	conn := w.superuser(t, "postgres")
	if synchronous {
		for _, q := range []string{"ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'", "SELECT pg_reload_conf()"} {
			_, err := conn.Exec(t.Context(), q)
			must(t, err, q)
		}
	}
	want := map[bool]string{true: "quorum", false: "async"}[synchronous]
	eventually(t, 30*time.Second, "the replica follows", func() error {
		var state string
		err := conn.QueryRow(t.Context(), "SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'").Scan(&state)
		if err == nil && state != want {
			return fmt.Errorf("it is %s, want %s", state, want)
		}
		return err
	})
}

// abandonCommits cuts connections whose commit waits for the replica. Such a
// transaction is committed on the primary, and nobody was told: the attempt
// that follows finds it there and must not take it for safe.
func (w *world) abandonCommits(t *testing.T, during time.Duration) {
	t.Helper()
	conn := w.superuser(t, "postgres")
	for end := time.Now().Add(during); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		_, err := conn.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app_user' AND wait_event = 'SyncRep'")
		must(t, err, "cut connections that wait for the replica")
	}
}

// promote makes the replica a primary, which no longer waits for anyone.
func promote(t *testing.T, port int) {
	t.Helper()
	eventually(t, 30*time.Second, "promote the replica", func() (err error) {
		conn, err := pgx.Connect(t.Context(), fmt.Sprintf("postgres://postgres@%s/postgres?sslmode=disable", address(port)))
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, conn.Close(t.Context())) }()
		for _, q := range []string{"ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_promote(true, 20)", "SELECT pg_reload_conf()"} {
			if _, err := conn.Exec(t.Context(), q); err != nil {
				return err
			}
		}
		return nil
	})
}
