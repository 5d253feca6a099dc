package host

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestProbeProgramExitsWithZero(t *testing.T) {
	program, err := probeProgram(runtime.GOARCH)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "probe")
	if err := os.WriteFile(path, program, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("probe ended with %v and printed %q", err, out)
	}
	if _, err := probeProgram("pdp11"); err == nil {
		t.Error("want an error for an architecture that has no probe")
	}
}

func TestNewEnough(t *testing.T) {
	for _, tc := range []struct {
		version string
		want    bool
		fails   bool
	}{
		{version: "20.10.24+dfsg1", want: true},
		{version: "20.10", want: true},
		{version: "20.9.1"},
		{version: "19.99.0"},
		{version: "28.2.2", want: true},
		{version: "dev", fails: true},
		{version: "20.x.1", fails: true},
		{version: "", fails: true},
	} {
		got, err := newEnough(tc.version)
		if got != tc.want || (err != nil) != tc.fails {
			t.Errorf("%q: got %v, %v; want %v, error %v", tc.version, got, err, tc.want, tc.fails)
		}
	}
}

func TestEngineThatDoesNotAnswerIsAFailure(t *testing.T) {
	t.Setenv("DOCKER_HOST", "unix://"+filepath.Join(t.TempDir(), "none.sock"))
	docker, root := checkEngine(context.Background())
	if docker.Status != Failure || docker.Advice == "" || root != "" || len(docker.Detail) > 500 {
		t.Errorf("got %+v, root %q; want a short failure with advice", docker, root)
	}
}

func TestNoEngineIsOneFailure(t *testing.T) {
	t.Setenv("DOCKER_HOST", "unix://"+filepath.Join(t.TempDir(), "none.sock"))
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	seen := map[string]Status{}
	for _, c := range Inspect(t.Context(), Options{Ports: []string{taken.Addr().String()}, Cluster: "c", RegistryMode: true, Registry: "http://127.0.0.1:1"}) {
		seen[c.Name] = c.Status
		if c.Status != OK && c.Advice == "" {
			t.Errorf("no advice: %+v", c)
		}
	}
	for name, want := range map[string]Status{
		"Docker engine": Failure, "privileged container": Warning, "ports": Warning, "image registry": Warning,
	} {
		if got, found := seen[name]; got != want || !found {
			t.Errorf("%s is %s (looked at: %v), want %s", name, got, found, want)
		}
	}
}

func TestSourcesFollowTheMode(t *testing.T) {
	const away = "http://127.0.0.1:1"
	for name, tc := range map[string]struct {
		o      Options
		checks int
		status Status
		advice string // part of the registry's
	}{
		"auto":     {Options{Registry: away}, 2, Warning, "built from source"},
		"source":   {Options{Registry: away, SourceMode: true}, 2, OK, ""},
		"registry": {Options{Registry: away, RegistryMode: true}, 1, Warning, "--images auto"},
	} {
		checks := checkSources(t.Context(), tc.o)
		if c := checks[0]; len(checks) != tc.checks || c.Status != tc.status || !strings.Contains(c.Advice, tc.advice) {
			t.Errorf("%s: %+v, want %d checks, the registry %s", name, checks, tc.checks, tc.status)
		}
	}
}

func TestAvailableMemory(t *testing.T) {
	const text = "MemTotal:       24000000 kB\nMemFree:  1 kB\nMemAvailable:   23068672 kB\n"
	if got, err := availableMemory(text); err != nil || got != 22*gib {
		t.Errorf("got %d, %v; want 22 GiB", got, err)
	}
	for _, bad := range []string{"", "MemAvailable: x kB\n", "MemAvailable: 5 MB\n", "MemAvailable: 99999999999999999999 kB\n"} {
		if got, err := availableMemory(bad); err == nil {
			t.Errorf("%q: got %d, want an error", bad, got)
		}
	}
}

func TestGraded(t *testing.T) {
	for have, want := range map[uint64]Status{0: Failure, 1: Failure, 2: Warning, 3: Warning, 4: OK, 99: OK} {
		c := graded("cores", "", have, 2, 4, "add some")
		if c.Status != want || (c.Advice == "") != (want == OK) {
			t.Errorf("%d: got %+v, want %s", have, c, want)
		}
	}
}

func TestCheckDiskLooksAboveAFolderThatDoesNotExist(t *testing.T) {
	dir := t.TempDir()
	here, above := checkDisk("disk", dir, false), checkDisk("disk", filepath.Join(dir, "not", "yet"), false)
	if here.Status != above.Status || !strings.Contains(above.Detail, "GiB free") {
		t.Errorf("%+v for a folder, %+v for one in it that is not there", here, above)
	}
}

// TestCheckDiskOfAStandingCluster: what a new cluster has no room for, one that
// stands already still has.
func TestCheckDiskOfAStandingCluster(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=2g"); err != nil {
		t.Skipf("mount a disk of 2 GiB, which takes root: %v", err)
	}
	defer func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}()
	if c := checkDisk("disk", dir, false); c.Status != Failure || !strings.Contains(c.Advice, "10.0 GiB are needed") {
		t.Errorf("a new cluster: %+v", c)
	}
	if c := checkDisk("disk", dir, true); c.Status != Warning || !strings.Contains(c.Advice, "1.0 GiB are needed") {
		t.Errorf("one that stands: %+v", c)
	}
}

func TestCheckRegistry(t *testing.T) {
	for code, want := range map[int]Status{200: OK, 401: OK, 500: Warning, 302: Warning} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/v2/" {
				code = 404
			}
			w.WriteHeader(code)
		}))
		if c := checkRegistry(context.Background(), server.URL, "advice"); c.Status != want {
			t.Errorf("answer %d: %+v, want %s", code, c, want)
		}
		server.Close()
	}
	if c := checkRegistry(context.Background(), "http://127.0.0.1:1", "advice"); c.Status != Warning || c.Advice == "" {
		t.Errorf("no registry: %+v, want a warning with advice", c)
	}
}

func TestCheckRegistryGivesUp(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	if c := checkRegistry(context.Background(), server.URL, "advice"); c.Status != Warning {
		t.Errorf("a registry that hangs: %+v, want a warning", c)
	}
}

func TestCheckPortsNamesTheOneTaken(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	taken := listener.Addr().String()
	o := Options{Ports: []string{taken}}
	if c := checkPorts(context.Background(), o, Check{Status: OK}); c.Status != Failure || !strings.Contains(c.Detail, taken) {
		t.Errorf("got %+v, want a failure that names %s", c, taken)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if c := checkPorts(context.Background(), o, Check{Status: OK}); c.Status != OK {
		t.Errorf("got %+v for a free port", c)
	}
}

func TestWorst(t *testing.T) {
	for want, checks := range map[Status][]Check{
		OK:      {{Status: OK}},
		Warning: {{Status: OK}, {Status: Warning}},
		Failure: {{Status: Failure}, {Status: Warning}},
	} {
		if got := Worst(checks); got != want {
			t.Errorf("worst of %v is %s, want %s", checks, got, want)
		}
	}
}

func TestProgramOf(t *testing.T) {
	if got := programOf(os.Getpid()); got == "" || !strings.HasPrefix(filepath.Base(os.Args[0]), got) {
		t.Errorf("this process runs %q, want the beginning of %s", got, filepath.Base(os.Args[0]))
	}
	if got := programOf(1 << 30); got != "" {
		t.Errorf("no process runs %q", got)
	}
}
