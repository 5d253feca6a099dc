package proof

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	database       = "artisan_platform"
	databasePods   = "cnpg.io/cluster=postgres-cluster,cnpg.io/podRole=instance"
	instances      = 3
	databaseAdvice = "look at the database: kubectl -n artisan-platform get cluster postgres-cluster, and its pods' logs; a lost instance is back within a minute"
)

// guideParameters are the guide's figures as PostgreSQL shows them.
var guideParameters = map[string]string{
	"max_connections": "200", "shared_buffers": "256MB", "effective_cache_size": "1GB", "maintenance_work_mem": "64MB",
	"checkpoint_completion_target": "0.9", "wal_buffers": "16MB", "default_statistics_target": "100",
	"random_page_cost": "1.1", "effective_io_concurrency": "200",
}

func postgresChecks(a *Access) []Check {
	return []Check{
		{Component: "postgres", Name: "a row written on the primary is read on each replica", Timeout: 20 * time.Second, Run: a.replication},
		{Component: "postgres", Name: "the guide's parameters are in effect", Run: a.parameters},
		{Component: "schema", Name: "tables hold data, indexes are valid, the view refreshes concurrently", Timeout: 30 * time.Second, Run: a.schemaInUse},
	}
}

// credentials reads the application's user of the database.
func (a *Access) credentials(ctx context.Context) (user, password string, err error) {
	secret, err := a.Kube.CoreV1().Secrets(a.Namespace).Get(ctx, "postgres-credentials", metav1.GetOptions{})
	if err != nil {
		return "", "", fmt.Errorf("read the database's credentials: %w", err)
	}
	return string(secret.Data["username"]), string(secret.Data["password"]), nil
}

// openPod connects to PostgreSQL in one pod.
func (a *Access) openPod(ctx context.Context, pod string) (*pgx.Conn, error) {
	user, password, err := a.credentials(ctx)
	if err != nil {
		return nil, err
	}
	target := url.URL{Scheme: "postgres", User: url.UserPassword(user, password), Host: pod + ":5432", Path: "/" + database,
		RawQuery: "sslmode=disable"} // the tunnel to the pod is the API server's, with TLS
	config, err := pgx.ParseConfig(target.String())
	if err != nil {
		return nil, errors.New("the database's credentials make no address")
	}
	config.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	config.DialFunc = func(dialCtx context.Context, _, _ string) (net.Conn, error) {
		if err := dialCtx.Err(); err != nil {
			return nil, err
		}
		return a.dialPod(ctx, pod, 5432)
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to PostgreSQL in pod %s: %w", pod, err)
	}
	return conn, nil
}

// hangUp closes a connection whose work is done; how that goes matters to
// nobody.
func hangUp(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = conn.Close(ctx)
}

// primary connects to the instance that the operator calls the primary.
func (a *Access) primary(ctx context.Context) (*pgx.Conn, error) {
	pods, err := a.pods(ctx, databasePods+",cnpg.io/instanceRole=primary")
	if err != nil {
		return nil, err
	}
	if len(pods) != 1 {
		return nil, fmt.Errorf("%d running pods are the primary, want 1", len(pods))
	}
	return a.openPod(ctx, pods[0].Name)
}

// replication makes a table on the primary, waits for its row on every replica,
// and drops it.
func (a *Access) replication(ctx context.Context) (seen string, err error) {
	conn, err := a.primary(ctx)
	if err != nil {
		return "", Failed(databaseAdvice, "%w", err)
	}
	defer hangUp(conn)
	table := pgx.Identifier{"headroom_proof_" + strings.ToLower(rand.Text())}.Sanitize()
	if _, err := conn.Exec(ctx, "CREATE TABLE "+table+" AS SELECT 42 AS answer"); err != nil {
		return "", Failed(databaseAdvice, "write on the primary: %w", err)
	}
	written := time.Now()
	defer func() {
		if _, derr := conn.Exec(ctx, "DROP TABLE "+table); err == nil && derr != nil {
			seen, err = "", Failed(databaseAdvice, "drop the table of this check: %w", derr)
		}
	}()
	replicas, err := a.pods(ctx, databasePods+",cnpg.io/instanceRole=replica")
	if err != nil {
		return "", err
	}
	if len(replicas) != instances-1 {
		return "", Failed(databaseAdvice, "%d replicas run, want %d", len(replicas), instances-1)
	}
	for _, pod := range replicas {
		if err := a.readOn(ctx, pod.Name, table); err != nil {
			return "", Failed(databaseAdvice, "%w", err)
		}
	}
	return fmt.Sprintf("a row of the primary was on %d replicas within %v", len(replicas), time.Since(written).Round(time.Millisecond)), nil
}

// readOn waits for the table on a replica, which has to be one.
func (a *Access) readOn(ctx context.Context, pod, table string) error {
	conn, err := a.openPod(ctx, pod)
	if err != nil {
		return err
	}
	defer hangUp(conn)
	for {
		var recovering bool
		var answer int
		err := conn.QueryRow(ctx, "SELECT pg_is_in_recovery(), answer FROM "+table).Scan(&recovering, &answer)
		switch {
		case err == nil && !recovering:
			return fmt.Errorf("pod %s is labelled a replica and is none", pod)
		case err == nil && answer == 42:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("the primary's row is not on replica %s: %w", pod, errors.Join(err, context.Cause(ctx)))
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return fmt.Errorf("the primary's row is not on replica %s: %w", pod, err)
		}
	}
}

// pause waits for d or the end of ctx, whose cause it returns.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

func (a *Access) parameters(ctx context.Context) (string, error) {
	conn, err := a.primary(ctx)
	if err != nil {
		return "", Failed(databaseAdvice, "%w", err)
	}
	defer hangUp(conn)
	for name, want := range guideParameters {
		var got string
		if err := conn.QueryRow(ctx, "SELECT current_setting($1)", name).Scan(&got); err != nil {
			return "", Failed(databaseAdvice, "read parameter %s: %w", name, err)
		}
		if got != want {
			return "", Failed("put the documented parameters back: headroom up", "parameter %s is %s, the guide documents %s", name, got, want)
		}
	}
	var standbys string
	if err := conn.QueryRow(ctx, "SHOW synchronous_standby_names").Scan(&standbys); err != nil {
		return "", Failed(databaseAdvice, "read whom a commit waits for: %w", err)
	}
	if !strings.HasPrefix(standbys, "ANY 1 ") {
		return "", Failed(databaseAdvice, "a commit waits for %q, want any one replica: an acknowledged write can be lost with the primary", standbys)
	}
	return fmt.Sprintf("the guide's %d parameters are in effect, a commit waits for one replica", len(guideParameters)), nil
}
