// Package pgbouncer turns what PgBouncer says about itself (SHOW POOLS and its
// sisters) into Prometheus metrics. It is a sidecar of each PgBouncer. Names and
// labels are those of the exporter of the Prometheus community, whose module and
// image the stack cannot always get.
package pgbouncer

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/prometheus/client_golang/prometheus"
)

// scrapeTimeout bounds one look at PgBouncer, below Prometheus's own limit.
const scrapeTimeout = 3 * time.Second

// column is one column of an answer as a metric.
type column struct {
	name   string // of PgBouncer
	desc   *prometheus.Desc
	typ    prometheus.ValueType
	factor float64 // from PgBouncer's unit to the metric's
}

// view is one SHOW command: the columns that label its rows, and those that are
// metrics.
type view struct {
	command string
	labels  []string
	columns []column
}

func gauge(name, metric, help string, labels ...string) column {
	return column{name, prometheus.NewDesc("pgbouncer_"+metric, help, labels, nil), prometheus.GaugeValue, 1}
}

func counter(name, metric, help string, factor float64) column {
	return column{name, prometheus.NewDesc("pgbouncer_stats_"+metric, help, []string{"database"}, nil), prometheus.CounterValue, factor}
}

// microseconds is the factor from PgBouncer's times to seconds.
const microseconds = 1e-6

// views are what is shown. https://www.pgbouncer.org/usage.html explains the
// columns.
var views = []view{
	{"SHOW POOLS", []string{"database", "user"}, []column{
		gauge("cl_active", "pools_client_active_connections", "Clients linked to a server connection.", "database", "user"),
		gauge("cl_waiting", "pools_client_waiting_connections", "Clients waiting for a server connection.", "database", "user"),
		gauge("sv_active", "pools_server_active_connections", "Server connections linked to a client.", "database", "user"),
		gauge("sv_idle", "pools_server_idle_connections", "Server connections ready for a client.", "database", "user"),
		gauge("sv_used", "pools_server_used_connections", "Server connections that need a check before their next client.", "database", "user"),
		gauge("sv_login", "pools_server_login_connections", "Server connections logging in.", "database", "user"),
		gauge("maxwait", "pools_client_maxwait_seconds", "Age of the oldest waiting client.", "database", "user"),
	}},
	{"SHOW DATABASES", []string{"name"}, []column{
		gauge("pool_size", "databases_pool_size", "Server connections at most.", "name"),
		gauge("reserve_pool", "databases_reserve_pool", "Server connections at most beyond pool_size.", "name"),
		gauge("current_connections", "databases_current_connections", "Server connections now.", "name"),
	}},
	{"SHOW STATS", []string{"database"}, []column{
		counter("total_xact_count", "sql_transactions_pooled_total", "Transactions.", 1),
		counter("total_query_count", "queries_pooled_total", "Queries.", 1),
		counter("total_query_time", "queries_duration_seconds_total", "Time that servers were active.", microseconds),
		counter("total_wait_time", "client_wait_seconds_total", "Time that clients waited for a server connection.", microseconds),
	}},
}

var (
	up = prometheus.NewDesc("pgbouncer_up", "Whether PgBouncer answered.", nil, nil)

	maxClients = prometheus.NewDesc("pgbouncer_config_max_client_connections", "Clients at most.", nil, nil)
)

// Collector asks PgBouncer at every scrape.
type Collector struct {
	// Config is a connection to PgBouncer's own database "pgbouncer".
	Config *pgconn.Config
	Log    *slog.Logger
}

var _ prometheus.Collector = (*Collector)(nil)

// Describe sends the descriptions of all metrics.
func (c *Collector) Describe(out chan<- *prometheus.Desc) {
	out <- up
	out <- maxClients
	for _, v := range views {
		for _, col := range v.columns {
			out <- col.desc
		}
	}
}

// Collect asks. Where PgBouncer does not answer, pgbouncer_up is 0 and the other
// metrics are missing: a figure of yesterday would be worse than none.
func (c *Collector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	metrics, err := c.look(ctx)
	value := 1.0
	if err != nil {
		c.Log.Error("PgBouncer does not answer", "error", err)
		value = 0
	}
	out <- prometheus.MustNewConstMetric(up, prometheus.GaugeValue, value)
	for _, m := range metrics {
		out <- m
	}
}

// look returns all metrics or none.
func (c *Collector) look(ctx context.Context) (metrics []prometheus.Metric, err error) {
	conn, err := pgconn.ConnectConfig(ctx, c.Config)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	defer func() {
		if cerr := conn.Close(ctx); err == nil && cerr != nil {
			metrics, err = nil, fmt.Errorf("close the connection: %w", cerr)
		}
	}()
	for _, v := range views {
		rows, err := Show(ctx, conn, v.command)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			found, err := v.metrics(row)
			if err != nil {
				return nil, err
			}
			metrics = append(metrics, found...)
		}
	}
	config, err := Settings(ctx, conn)
	if err != nil {
		return nil, err
	}
	limit, err := strconv.ParseFloat(config["max_client_conn"], 64)
	if err != nil {
		return nil, fmt.Errorf("read max_client_conn of SHOW CONFIG: %w", err)
	}
	return append(metrics, prometheus.MustNewConstMetric(maxClients, prometheus.GaugeValue, limit)), nil
}

func (v view) metrics(row map[string]string) ([]prometheus.Metric, error) {
	labels := make([]string, len(v.labels))
	for i, l := range v.labels {
		labels[i] = row[l]
	}
	var out []prometheus.Metric
	for _, col := range v.columns {
		n, err := strconv.ParseFloat(row[col.name], 64)
		if err != nil {
			return nil, fmt.Errorf("read %s of %s: %w", col.name, v.command, err)
		}
		out = append(out, prometheus.MustNewConstMetric(col.desc, col.typ, n*col.factor, labels...))
	}
	return out, nil
}
