package pgbouncer

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serveBouncer starts a PgBouncer of the test's own, with no server behind it:
// what it says about itself needs none.
func serveBouncer(t *testing.T) (address string) {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		if os.Getenv("HEADROOM_REQUIRE_TOOLS") == "1" {
			t.Fatalf("pgbouncer is required here: %v", err)
		}
		t.Skip("no pgbouncer in PATH: install it, or set HEADROOM_REQUIRE_TOOLS=1 to fail instead")
	}
	dir, err := os.MkdirTemp("", "pgbouncer")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	address = freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	files := map[string]string{
		"users": `"app_user" "secret"` + "\n",
		"ini": fmt.Sprintf("[databases]\napp = host=127.0.0.1 port=1 dbname=app pool_size=7\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = %s\n"+
			"unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = %s/users\nstats_users = app_user\npool_mode = transaction\nmax_client_conn = 123\n", port, dir),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	args := []string{filepath.Join(dir, "ini")}
	if os.Getuid() == 0 {
		args = append([]string{"--user", "nobody"}, args...) // it refuses to run as root
	}
	cmd := exec.CommandContext(ctx, program, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = cmd.Wait() // killed by us
	})
	return address
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// startMetrics runs the whole program in the background.
func startMetrics(t *testing.T, address, password string) (url string) {
	t.Helper()
	listen := freeAddress(t)
	ctx, stop := context.WithCancel(context.Background())
	env := func(name string) string {
		return map[string]string{"DB_USER": "app_user", "DB_PASSWORD": password}[name]
	}
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"--listen", listen, "--address", address}, env, slog.New(slog.DiscardHandler))
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("ended with %v", err)
		}
	})
	return "http://" + listen + "/metrics"
}

func get(t *testing.T, url string) string {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err == nil {
			body, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Fatalf("status %d, error %v\n%s", resp.StatusCode, err, body)
			}
			return string(body)
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

func TestMetricsOfARealPgBouncer(t *testing.T) {
	address := serveBouncer(t)
	url := startMetrics(t, address, "secret")
	var text string
	for end := time.Now().Add(10 * time.Second); !strings.Contains(text, "pgbouncer_up 1"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never up:\n%s", text)
		}
		text = get(t, url)
	}
	for _, want := range []string{
		"pgbouncer_config_max_client_connections 123",
		`pgbouncer_databases_pool_size{name="app"} 7`,
		`pgbouncer_pools_client_active_connections{database="pgbouncer",user="pgbouncer"} 1`, // the one that asks
		`pgbouncer_pools_client_waiting_connections{database="pgbouncer",user="pgbouncer"} 0`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("metrics lack %s:\n%s", want, text)
		}
	}
}

// A PgBouncer that is not there, or that refuses the password, is down, and no
// other figure is shown.
func TestMetricsOfNone(t *testing.T) {
	running := serveBouncer(t)
	for name, tc := range map[string]struct{ address, password string }{
		"nobody listens": {freeAddress(t), "secret"}, "wrong password": {running, "guess"},
	} {
		text := get(t, startMetrics(t, tc.address, tc.password))
		if !strings.Contains(text, "pgbouncer_up 0\n") || strings.Contains(text, "pgbouncer_pools") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}

func TestSettings(t *testing.T) {
	config, err := Config(serveBouncer(t), "app_user", "secret")
	if err != nil {
		t.Fatal(err)
	}
	var conn *pgconn.PgConn
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if conn, err = pgconn.ConnectConfig(t.Context(), config); err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
	defer func() { _ = conn.Close(context.Background()) }()
	settings, err := Settings(t.Context(), conn)
	if err != nil || settings["pool_mode"] != "transaction" || settings["server_reset_query"] != "DISCARD ALL" {
		t.Errorf("settings %v, error %v", settings, err)
	}
}

func TestConfigShowsNoPassword(t *testing.T) {
	if _, err := Config("host:not-a-port", "app_user", "secret"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("error %v", err)
	}
}
