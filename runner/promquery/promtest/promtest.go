// Package promtest starts a real Prometheus for tests.
package promtest

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Start starts Debian's Prometheus with a configuration and further flags, and
// returns its URL once it is ready. It ends with the test. Where there is no
// Prometheus the test is skipped, or fails under HEADROOM_REQUIRE_TOOLS=1.
func Start(t *testing.T, config string, flags ...string) string {
	t.Helper()
	program, err := exec.LookPath("prometheus")
	if err != nil {
		if os.Getenv("HEADROOM_REQUIRE_TOOLS") == "1" {
			t.Fatalf("prometheus is required here: %v", err)
		}
		t.Skip("no prometheus in PATH: install it, or set HEADROOM_REQUIRE_TOOLS=1 to fail instead")
	}
	address := freePort(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, append([]string{"--config.file=" + file, "--storage.tsdb.path=" + filepath.Join(dir, "data"),
		"--web.listen-address=" + address, "--log.level=error"}, flags...)...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		stop()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = cmd.Wait() // killed by us
	})
	for end := time.Now().Add(time.Minute); !ready(t, "http://"+address); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("prometheus does not become ready")
		}
	}
	return "http://" + address
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}

func ready(t *testing.T, server string) bool {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server+"/-/ready", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		return false // not there yet
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}
