// Package platform is a stand-in Artisan Platform: a backend, a frontend and a
// queue worker in one small static binary. It is used where the real images
// are not given, so that a run has something to scale. It answers under the
// guide's metric names and its costs (CPU, delay, job time) are set by
// environment variables, so that a run can make it slow or expensive on purpose.
package platform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/signal"
	"syscall"
)

// errUsage marks a mistake in the command line.
var errUsage = errors.New("usage")

const usage = `Usage: platform ROLE

Roles:
  backend              the API: /health, /api/posts, /api/products, and with a
                       database /api/sale-events and /api/analytics
  frontend             a static page, and /api/ passed on to the backend
  queue-worker         does the jobs of a Redis list, each at least once
  check [-timeout D] URL   one GET; succeeds on a 2xx answer

Every role serves /livez, /readyz and /metrics on its port.

Environment:
`

// LookupEnv reads one environment variable; os.LookupEnv is one.
type LookupEnv func(name string) (string, bool)

// Main runs one role until SIGTERM or SIGINT and returns the exit code: 0 for a
// clean end, 1 for a failure and 2 for a mistake in the command line or the
// environment.
func Main(args []string, env LookupEnv, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	err := Run(ctx, args, env, stdout, stderr)
	if err == nil {
		return 0
	}
	report(stderr, err)
	if errors.Is(err, errUsage) {
		return 2
	}
	return 1
}

// report prints err as the program's last line. There is nobody left to tell
// when that fails.
func report(stderr io.Writer, err error) {
	_, _ = fmt.Fprintf(stderr, "platform: %v\n", err)
}

// Run runs the role named by args[0] until ctx is cancelled, then shuts it
// down in good order.
func Run(ctx context.Context, args []string, env LookupEnv, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("%w: no role given; one of backend, frontend, queue-worker, check, help", errUsage)
	}
	switch role := args[0]; role {
	case "help", "-h", "--help":
		return printHelp(stdout)
	case "check":
		return check(ctx, args[1:], stdout)
	case roleBackend, roleFrontend, roleWorker:
		cfg, err := loadConfig(role, env)
		if err != nil {
			return err
		}
		log := slog.New(slog.NewTextHandler(stderr, nil)).With("role", role, "pod", cfg.PodName)
		return runRole(ctx, cfg, log)
	default:
		return fmt.Errorf("%w: unknown role %q; one of backend, frontend, queue-worker, check, help", errUsage, role)
	}
}

func runRole(ctx context.Context, cfg config, log *slog.Logger) error {
	switch cfg.Role {
	case roleBackend:
		return runBackend(ctx, cfg, log)
	case roleFrontend:
		return runFrontend(ctx, cfg, log)
	default:
		return runWorker(ctx, cfg, log)
	}
}

func printHelp(w io.Writer) error {
	if _, err := io.WriteString(w, usage); err != nil {
		return fmt.Errorf("print help: %w", err)
	}
	for _, k := range knobs(&config{}) {
		if _, err := fmt.Fprintf(w, "  %-26s %-12s %s\n", k.name, k.fallback, k.help); err != nil {
			return fmt.Errorf("print help: %w", err)
		}
	}
	return nil
}
