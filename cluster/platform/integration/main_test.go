package integration

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/artisan-platform/headroom/cluster/image"
)

// inContainers says how services run: see the package's documentation.
var inContainers bool

func TestMain(m *testing.M) {
	if err := chooseDriver(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func chooseDriver() error {
	// Every test removes its containers, also when it fails. The reaper that
	// would do it after a crash is an image of a registry.
	if err := os.Setenv("TESTCONTAINERS_RYUK_DISABLED", "true"); err != nil {
		return err
	}
	if os.Getenv("HEADROOM_CONTAINERS") != "1" {
		return nil
	}
	inContainers = true
	err := new(image.Builder).ToDocker(context.Background(), postgresImage, pgbouncerImage, redisImage)
	if err != nil {
		return fmt.Errorf("HEADROOM_CONTAINERS=1: %w", err)
	}
	return nil
}

func needServices(t *testing.T) {
	t.Helper()
	if inContainers {
		return
	}
	for _, name := range []string{"sh", "initdb", "postgres", "pgbouncer", "redis-server"} {
		if _, err := exec.LookPath(name); err == nil {
			continue
		}
		if _, err := os.Stat(debianPostgres + "/" + name); err == nil {
			continue
		}
		if os.Getenv("HEADROOM_REQUIRE_TOOLS") == "1" {
			t.Fatalf("%s is required here: install postgresql-15, pgbouncer and redis-server", name)
		}
		t.Skipf("no %s: install postgresql-15, pgbouncer and redis-server, or set HEADROOM_CONTAINERS=1 where their images are built (make containers does); HEADROOM_REQUIRE_TOOLS=1 fails instead", name)
	}
}
