package pgbouncer

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os/signal"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Main serves the metrics until SIGTERM and returns the exit code. The user and
// the password are DB_USER and DB_PASSWORD of the environment.
func Main(args []string, env func(string) string, stderr io.Writer) int {
	log := slog.New(slog.NewTextHandler(stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, args, env, log); err != nil {
		log.Error("pgbouncer-metrics ends", "error", err)
		return 1
	}
	return 0
}

func run(ctx context.Context, args []string, env func(string) string, log *slog.Logger) error {
	flags := flag.NewFlagSet("pgbouncer-metrics", flag.ContinueOnError)
	listen := flags.String("listen", ":9127", "address to serve /metrics at")
	address := flags.String("address", "127.0.0.1:5432", "host:port of PgBouncer")
	if err := flags.Parse(args); err != nil {
		return err
	}
	config, err := Config(*address, env("DB_USER"), env("DB_PASSWORD"))
	if err != nil {
		return err
	}
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(&Collector{Config: config, Log: log}); err != nil {
		return fmt.Errorf("register the metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	log.Info("serving /metrics", "address", listener.Addr().String())
	return serve(ctx, listener, mux)
}

// serve answers until ctx ends.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := server.Shutdown(within)
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// Config is a connection to the own database of the PgBouncer at address
// (host:port). No variable of the environment has a say in it.
func Config(address, user, password string) (*pgconn.Config, error) {
	target := url.URL{Scheme: "postgres", User: url.UserPassword(user, password), Host: address, Path: "/pgbouncer", RawQuery: "sslmode=disable"}
	config, err := pgconn.ParseConfig(target.String())
	if err != nil {
		return nil, fmt.Errorf("address of PgBouncer %s: %w", address, errors.Unwrap(err)) // without the password
	}
	return config, nil
}
