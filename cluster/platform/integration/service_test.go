package integration

import (
	"context"
	"net"
	"strconv"
	"testing"
	"time"
)

// program is what a service runs: a command that does not return, and listens
// on a port of 127.0.0.1.
type program struct {
	name  string // of the service
	image string
	argv  []string
	port  int
}

// service is a running program that a test may kill, stop for a while and
// start again. What it wrote is there when it starts again.
type service interface {
	start(ctx context.Context) error
	kill(ctx context.Context) error  // at once, as a lost node does
	pause(ctx context.Context) error // it holds its connections and answers nothing
	resume(ctx context.Context) error
	remove(ctx context.Context) error
	logs() string
}

// launch starts p and waits until it listens. The test's end removes it.
func launch(t *testing.T, p program) service {
	t.Helper()
	s, err := prepare(t.Context(), p)
	must(t, err, p.name)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s says:\n%s", p.name, s.logs())
		}
		if err := s.remove(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("remove %s: %v", p.name, err)
		}
	})
	must(t, s.start(t.Context()), p.name)
	waitListening(t, p)
	return s
}

func prepare(ctx context.Context, p program) (service, error) {
	if inContainers {
		return newContainer(ctx, p)
	}
	return newProcess(p)
}

func must(t *testing.T, err error, what string) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func waitListening(t *testing.T, p program) {
	t.Helper()
	eventually(t, 30*time.Second, p.name+" listens", func() error {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address(p.port))
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

// eventually tries until there is no error, and fails with the last one.
func eventually(t *testing.T, within time.Duration, what string, try func() error) {
	t.Helper()
	var err error
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = try(); err == nil {
			return
		}
	}
	t.Fatalf("%s: not within %s: %v", what, within, err)
}

// freePort is a port that nobody uses at the moment.
func freePort(t *testing.T) int {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err, "find a free port")
	defer func() { must(t, ln.Close(), "free the port") }()
	return ln.Addr().(*net.TCPAddr).Port
}
