package pgbouncer

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
)

// Show sends a SHOW command to PgBouncer's own database and returns its rows by
// the names of their columns.
func Show(ctx context.Context, conn *pgconn.PgConn, command string) ([]map[string]string, error) {
	results, err := conn.Exec(ctx, command).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", command, err)
	}
	var rows []map[string]string
	for _, r := range results {
		for _, values := range r.Rows {
			row := make(map[string]string, len(values))
			for i, v := range values {
				row[r.FieldDescriptions[i].Name] = string(v)
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// Settings are the values of SHOW CONFIG.
func Settings(ctx context.Context, conn *pgconn.PgConn) (map[string]string, error) {
	rows, err := Show(ctx, conn, "SHOW CONFIG")
	if err != nil {
		return nil, err
	}
	settings := make(map[string]string, len(rows))
	for _, row := range rows {
		settings[row["key"]] = row["value"]
	}
	return settings, nil
}
