package proof

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/artisan-platform/headroom/cluster/platform/schema"
)

const schemaAdvice = "apply the schema again: kubectl -n artisan-platform delete job postgres-schema, then headroom up"

// schemaInUse uses what the schema made, as the application's user.
func (a *Access) schemaInUse(ctx context.Context) (string, error) {
	conn, err := a.primary(ctx)
	if err != nil {
		return "", Failed(databaseAdvice, "%w", err)
	}
	defer hangUp(conn)
	var counts []string
	for _, table := range []string{"posts", "products", "sale_events"} {
		var n int64
		if err := conn.QueryRow(ctx, "SELECT count(*) FROM "+pgx.Identifier{table}.Sanitize()).Scan(&n); err != nil {
			return "", Failed(schemaAdvice, "count %s: %w", table, err)
		}
		if n == 0 {
			return "", Failed(schemaAdvice, "table %s is empty", table)
		}
		counts = append(counts, fmt.Sprintf("%d %s", n, table))
	}
	for _, index := range schema.IndexNames {
		var valid bool
		err := conn.QueryRow(ctx, "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)", index).Scan(&valid)
		if err != nil || !valid {
			return "", Failed(schemaAdvice, "index %s is missing or not valid (%v)", index, err)
		}
	}
	if _, err := conn.Exec(ctx, "REFRESH MATERIALIZED VIEW CONCURRENTLY "+pgx.Identifier{schema.View}.Sanitize()); err != nil {
		return "", Failed(schemaAdvice, "refresh %s concurrently: %w", schema.View, err)
	}
	return fmt.Sprintf("%s, %d indexes, %s refreshed", strings.Join(counts, ", "), len(schema.IndexNames), schema.View), nil
}
