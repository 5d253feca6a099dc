// Package e2e drives the built program at a real cluster: bin/headroom is run
// as a user runs it, and each story ends in the exit code and the files that
// the README promises. It runs under HEADROOM_E2E=1 (make e2e).
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/verdict"
)

// program is the binary under test, built by make.
const program = "../bin/headroom"

func needCluster(t *testing.T) {
	t.Helper()
	if os.Getenv("HEADROOM_E2E") == "" {
		t.Skip("needs a real cluster: run `make e2e` (HEADROOM_E2E=1)")
	}
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("the program is not built (make build): %v", err)
	}
}

// skipSlow leaves out what takes minutes and is not asked for.
func skipSlow(t *testing.T, slow bool) {
	t.Helper()
	if slow && os.Getenv("HEADROOM_E2E") != "all" {
		t.Skip("takes minutes: run it with HEADROOM_E2E=all make e2e")
	}
}

// process is one run of the program.
type process struct {
	cmd   *exec.Cmd
	out   *lockedBuffer // standard output and standard error, in their order
	ended chan struct{} // closed when the process has ended
	err   error         // of Wait; read it after ended
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start runs the program in a process group of its own, killed with the test.
func start(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.CommandContext(context.Background(), program, args...), out: &lockedBuffer{}, ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.cmd.WaitDelay = 5 * time.Second // a child may outlive a killed parent with its pipe in hand
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start headroom %s: %v", strings.Join(args, " "), err)
	}
	t.Logf("headroom %s", strings.Join(args, " "))
	go func() {
		defer close(p.ended)
		p.err = p.cmd.Wait()
	}()
	t.Cleanup(func() {
		if p.running() {
			_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		}
		<-p.ended
	})
	return p
}

func (p *process) running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// wait returns the exit code, -1 for a process that a signal ended.
func (p *process) wait(t *testing.T, limit time.Duration) int {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(limit):
		_ = p.cmd.Process.Signal(syscall.SIGQUIT) // its goroutines tell where it hangs
		<-p.ended
		t.Fatalf("still running after %v\n%s", limit, p.out)
	}
	var exit *exec.ExitError
	if p.err != nil && !errors.As(p.err, &exit) && !errors.Is(p.err, exec.ErrWaitDelay) {
		t.Fatalf("wait: %v\n%s", p.err, p.out)
	}
	return p.cmd.ProcessState.ExitCode()
}

// run runs the program to its end and checks the exit code.
func run(t *testing.T, want int, limit time.Duration, args ...string) string {
	t.Helper()
	began := time.Now()
	p := start(t, nil, args...)
	if got := p.wait(t, limit); got != want {
		t.Fatalf("headroom %s: exit code %d, want %d\n%s", strings.Join(args, " "), got, want, p.out)
	}
	t.Logf("took %v\n%s", time.Since(began).Round(100*time.Millisecond), p.out)
	return p.out.String()
}

// runDir waits for the one run under out and returns its folder.
func runDir(t *testing.T, out string, p *process) string {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Minute); p.running() && time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if logs, _ := filepath.Glob(filepath.Join(out, "*", observation.LogFile)); len(logs) == 1 {
			return filepath.Dir(logs[0])
		}
	}
	t.Fatalf("no run appeared under %s\n%s", out, p.out)
	return ""
}

// awaitLoad waits until the named load has run for so long.
func awaitLoad(t *testing.T, dir, load string, since time.Duration, p *process) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Minute); p.running() && time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		for _, rec := range records(t, dir) {
			if rec.Phase != nil && rec.Phase.Load == load && rec.Phase.Open && time.Since(rec.Time) >= since {
				return
			}
		}
	}
	t.Fatalf("load %q did not run for %v\n%s", load, since, p.out)
}

func records(t *testing.T, dir string) []observation.Record {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, observation.LogFile))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	recs, _, err := observation.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return recs
}

// theRun is the folder of the only run under out.
func theRun(t *testing.T, out string) string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(out, "*"))
	if err != nil || len(dirs) != 1 {
		t.Fatalf("runs %v under %s: %v", dirs, out, err)
	}
	return dirs[0]
}

// result reads a run's result.json.
func result(t *testing.T, dir string) verdict.Result {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r verdict.Result
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// objective returns the objectives of a group whose name holds part.
func objective(t *testing.T, r verdict.Result, group, part string) verdict.Objective {
	t.Helper()
	i := slices.IndexFunc(r.Objectives, func(o verdict.Objective) bool {
		return o.Group == group && strings.Contains(o.Name, part)
	})
	if i < 0 {
		t.Fatalf("no objective %q in group %q: %s", part, group, describe(r))
	}
	return r.Objectives[i]
}

func describe(r verdict.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", r.Verdict, r.Reason)
	for _, o := range r.Objectives {
		fmt.Fprintf(&b, "  [%s] %s / %s: %s (limit %s) %s\n", o.Verdict, o.Group, o.Name, o.Value, o.Limit, o.Cause)
	}
	return b.String()
}

// rejudge judges the run again from its log and wants the same bytes.
func rejudge(t *testing.T, dir string, code int) {
	t.Helper()
	before, err := os.ReadFile(filepath.Join(dir, "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	run(t, code, time.Minute, "judge", dir)
	after, err := os.ReadFile(filepath.Join(dir, "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, after) {
		t.Errorf("judge did not agree with verify to the byte:\n%s\n%s", before, after)
	}
}
