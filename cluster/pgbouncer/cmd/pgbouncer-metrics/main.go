// Command pgbouncer-metrics serves a PgBouncer's figures to Prometheus. See
// package pgbouncer.
package main

import (
	"os"

	"github.com/artisan-platform/headroom/cluster/pgbouncer"
)

func main() { os.Exit(pgbouncer.Main(os.Args[1:], os.Getenv, os.Stderr)) }
