package e2e

import (
	"net"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// portTaken: a program holds one of the cluster's ports. One message names the
// port, exit code 4, and no node is left behind.
func portTaken(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:8000")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	out := run(t, 4, 5*time.Minute, "up", "--images", "source")
	if !strings.Contains(out, "8000") {
		t.Errorf("the message does not name the port:\n%s", out)
	}
	noNodes(t)
}

// noDisk: the cache's disk has no room. One message says how much is needed
// and how much there is, exit code 4.
func noDisk(t *testing.T) {
	small := t.TempDir()
	if err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=4m"); err != nil {
		t.Fatalf("mount a small disk (this test needs root): %v", err)
	}
	defer func() {
		if err := syscall.Unmount(small, 0); err != nil {
			t.Error(err)
		}
	}()
	p := start(t, []string{"HEADROOM_CACHE=" + small}, "images", "build", "--images", "source")
	if code := p.wait(t, time.Minute); code != 4 {
		t.Errorf("exit code %d, want 4\n%s", code, p.out)
	}
	if out := p.out.String(); !strings.Contains(out, "disk") || !strings.Contains(out, "free") {
		t.Errorf("the message does not say what is free:\n%s", out)
	}
}

// killedCreating: what a kill -9 in mid-creation leaves is gone after down.
func killedCreating(t *testing.T) {
	p := start(t, nil, "up", "--images", "source")
	for deadline := time.Now().Add(5 * time.Minute); nodes(t) == ""; time.Sleep(200 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no node appeared\n%s", p.out)
		}
	}
	if err := syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = p.wait(t, time.Minute)
	run(t, 0, 3*time.Minute, "down")
	noNodes(t)
}

// nodes lists the containers of the cluster's nodes, running or not.
func nodes(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "docker", "ps", "-aq", "--filter", "label=io.x-k8s.kind.cluster=headroom").CombinedOutput()
	if err != nil {
		t.Fatalf("docker ps: %v\n%s", err, out)
	}
	return strings.TrimSpace(string(out))
}

func noNodes(t *testing.T) {
	t.Helper()
	if left := nodes(t); left != "" {
		t.Errorf("nodes are left: %s", left)
	}
}
