package proof

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/artisan-platform/headroom/cluster/pgbouncer"
)

// poolFigures are the guide's, as SHOW CONFIG names them, and the one that is
// ours (server_login_retry: docs/guide-corrections.md).
var poolFigures = map[string]string{
	"pool_mode": "transaction", "max_client_conn": "1000", "default_pool_size": "25", "min_pool_size": "5",
	"reserve_pool_size": "5", "server_reset_query": "DISCARD ALL", "server_login_retry": "1",
}

const (
	poolPods   = 2
	poolAdvice = "look at PgBouncer: kubectl -n artisan-platform logs deployment/pgbouncer -c pgbouncer"
	figureNext = "put the documented configuration back: headroom up"
)

func pgbouncerChecks(a *Access) []Check {
	return []Check{
		{Component: "pgbouncer", Name: "SHOW CONFIG of each pod has the documented values", Run: a.poolConfig},
		{Component: "pgbouncer", Name: "a query through the Service reaches the primary, and one to the replicas a replica", Run: a.throughPool},
	}
}

func (a *Access) poolConfig(ctx context.Context) (string, error) {
	user, password, err := a.credentials(ctx)
	if err != nil {
		return "", err
	}
	pods, err := a.pods(ctx, "app=pgbouncer")
	if err != nil {
		return "", err
	}
	if len(pods) != poolPods {
		return "", Failed(poolAdvice, "%d pods run, want %d", len(pods), poolPods)
	}
	for _, pod := range pods {
		settings, err := a.poolSettings(ctx, pod.Name, user, password)
		if err != nil {
			return "", Failed(poolAdvice, "pod %s: %w", pod.Name, err)
		}
		var wrong []string
		for _, name := range slices.Sorted(maps.Keys(poolFigures)) {
			if want := poolFigures[name]; settings[name] != want {
				wrong = append(wrong, fmt.Sprintf("%s is %q, documented is %q", name, settings[name], want))
			}
		}
		if len(wrong) > 0 {
			return "", Failed(figureNext, "pod %s: %s", pod.Name, strings.Join(wrong, "; "))
		}
	}
	return fmt.Sprintf("%d pods pool by transaction, 1000 clients, 25/5/5 connections", len(pods)), nil
}

func (a *Access) poolSettings(ctx context.Context, pod, user, password string) (map[string]string, error) {
	config, err := pgbouncer.Config(pod+":5432", user, password)
	if err != nil {
		return nil, err
	}
	config.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	config.DialFunc = func(context.Context, string, string) (net.Conn, error) { return a.dialPod(ctx, pod, 5432) }
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }() // what was asked has been answered
	return pgbouncer.Settings(ctx, conn)
}

// throughPool goes the backend's way, by the node port on this machine.
func (a *Access) throughPool(ctx context.Context) (string, error) {
	user, password, err := a.credentials(ctx)
	if err != nil {
		return "", err
	}
	for name, replica := range map[string]bool{database: false, database + "_ro": true} {
		target := url.URL{Scheme: "postgres", User: url.UserPassword(user, password), Host: a.PgBouncer, Path: "/" + name, RawQuery: "sslmode=disable"}
		config, err := pgx.ParseConfig(target.String())
		if err != nil {
			return "", errors.New("the database's credentials make no address")
		}
		config.DefaultQueryExecMode = pgx.QueryExecModeExec // no statement outlives its transaction
		conn, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			return "", Failed(poolAdvice, "connect to %s at %s: %w", name, a.PgBouncer, err)
		}
		var recovering bool
		err = conn.QueryRow(ctx, "SELECT pg_is_in_recovery()").Scan(&recovering)
		hangUp(conn)
		if err != nil {
			return "", Failed(poolAdvice, "query %s: %w", name, err)
		}
		if recovering != replica {
			return "", Failed(figureNext, "database %s leads to a replica: %v, want %v", name, recovering, replica)
		}
	}
	return "a query reached the primary, and one a replica", nil
}
