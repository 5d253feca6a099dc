package e2e

import (
	"context"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/artisan-platform/headroom/cluster/kind"
	"github.com/artisan-platform/headroom/cluster/stack"
	"github.com/artisan-platform/headroom/runner/verdict"
)

const backendHPA = "artisan-platform-backend-hpa"

// fault is one story: a plan runs, something is broken after the named load
// began, and the verdict says so.
type fault struct {
	name   string
	plan   string // under testdata
	load   string
	after  time.Duration // of the load
	inject func(t *testing.T, p *process)
	code   int
	check  func(t *testing.T, r verdict.Result)
	slow   bool // told with HEADROOM_E2E=all only
}

func client(t *testing.T) kubernetes.Interface {
	t.Helper()
	cluster, err := kind.Find(t.Context(), kind.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := clientcmd.BuildConfigFromFlags("", cluster.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	c, err := kubernetes.NewForConfig(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func patchHPA(t *testing.T, patch string) {
	t.Helper()
	_, err := client(t).AutoscalingV2().HorizontalPodAutoscalers(stack.Namespace).
		Patch(t.Context(), backendHPA, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	if err != nil {
		t.Fatalf("patch %s: %v", backendHPA, err)
	}
}

// faults are in the order in which they cost least: what breaks the stack for
// good comes last.
var faults = []fault{
	{
		name: "maxReplicas patched to 10", plan: "max10.yaml", load: "step", code: 1,
		inject: func(t *testing.T, _ *process) { patchHPA(t, `{"spec":{"maxReplicas":10}}`) },
		check: func(t *testing.T, r verdict.Result) {
			o := objective(t, r, "scale-out", "replicas")
			if o.Verdict != verdict.Fail || !strings.Contains(o.Cause, "maxReplicas is 10") {
				t.Errorf("replica objective: %+v", o)
			}
		},
	},
	{
		name: "scale-up window patched to 180 s", slow: true, plan: "window180.yaml", load: "step", code: 1,
		inject: func(t *testing.T, _ *process) {
			patchHPA(t, `{"spec":{"behavior":{"scaleUp":{"stabilizationWindowSeconds":180}}}}`)
		},
		check: checkWindow,
	},
	{
		name: "slow backend", plan: "slow.yaml", load: "steady", code: 1,
		check: func(t *testing.T, r verdict.Result) {
			o := objective(t, r, "latency", "p95")
			if o.Verdict != verdict.Fail || !strings.HasPrefix(o.Value, "1.5") {
				t.Errorf("latency objective: %+v", o)
			}
		},
	},
	{
		name: "generator starved of CPU", plan: "starved.yaml", load: "steady", after: 5 * time.Second, code: 3,
		inject: starve,
		check: func(t *testing.T, r verdict.Result) {
			o := objective(t, r, "generator", "")
			if o.Verdict != verdict.Inconclusive || o.Value == "-" {
				t.Errorf("generator objective: %+v", o)
			}
		},
	},
	{
		name: "prometheus-adapter deleted", plan: "adapter.yaml", load: "step", after: 15 * time.Second, code: 3,
		inject: func(t *testing.T, _ *process) {
			err := client(t).AppsV1().Deployments("monitoring").Delete(t.Context(), "prometheus-adapter", metav1.DeleteOptions{})
			if err != nil {
				t.Fatalf("delete prometheus-adapter: %v", err)
			}
		},
		check: func(t *testing.T, r verdict.Result) {
			for _, g := range r.Gaps {
				if strings.Contains(g.Source, backendHPA) && g.To.Sub(g.From) >= 10*time.Second {
					return
				}
			}
			t.Errorf("no gap of %s's metrics: %+v", backendHPA, r.Gaps)
		},
	},
}

// checkWindow wants the run judged by the live window of 180 s, and the plan's
// expectation of 60 s failed with how late it was.
func checkWindow(t *testing.T, r verdict.Result) {
	live := objective(t, r, "scale-out", "live window")
	if live.Verdict != verdict.Pass {
		t.Errorf("decision window by the live spec: %+v", live)
	}
	planned := objective(t, r, "scale-out", "planned window")
	if planned.Verdict != verdict.Fail || !strings.Contains(planned.Cause, "late") {
		t.Errorf("decision window by the plan: %+v", planned)
	}
}

func injectFaults(t *testing.T) {
	for _, f := range faults {
		t.Run(strings.ReplaceAll(f.name, " ", "-"), func(t *testing.T) {
			skipSlow(t, f.slow)
			out := t.TempDir()
			p := start(t, nil, "verify", "--images", "source", "--out", out, "testdata/"+f.plan)
			dir := runDir(t, out, p)
			if f.inject != nil {
				awaitLoad(t, dir, f.load, f.after, p)
				f.inject(t, p)
			}
			if code := p.wait(t, 12*time.Minute); code != f.code {
				t.Errorf("exit code %d, want %d\n%s", code, f.code, p.out)
			}
			r := result(t, dir)
			t.Log(describe(r))
			f.check(t, r)
			rejudge(t, dir, f.code)
		})
	}
}

// starve gives the generator's process short turns only, for the rest of its
// load: stopped three quarters of the time, as a CPU quota would do.
func starve(t *testing.T, p *process) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = p.cmd.Process.Signal(syscall.SIGCONT) }()
		for ctx.Err() == nil {
			_ = p.cmd.Process.Signal(syscall.SIGSTOP)
			time.Sleep(300 * time.Millisecond)
			_ = p.cmd.Process.Signal(syscall.SIGCONT)
			time.Sleep(100 * time.Millisecond)
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
}

// interrupted: Ctrl-C under load ends with 130 and a partial report, and the
// cluster is kept, because this run only adopted it.
func interrupted(t *testing.T) {
	interrupt(t)
	if _, err := client(t).CoreV1().Nodes().List(t.Context(), metav1.ListOptions{}); err != nil {
		t.Errorf("the adopted cluster is gone: %v", err)
	}
}

// interruptedOwn: the same of a run that made its cluster. It is removed.
func interruptedOwn(t *testing.T) {
	run(t, 0, 3*time.Minute, "down")
	interrupt(t)
	noNodes(t)
}

// interrupt starts a run, interrupts it under load, and looks at what it left.
func interrupt(t *testing.T) {
	t.Helper()
	out := t.TempDir()
	p := start(t, nil, "verify", "--images", "source", "--out", out, "testdata/starved.yaml")
	dir := runDir(t, out, p)
	awaitLoad(t, dir, "steady", 5*time.Second, p)
	began := time.Now()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := p.wait(t, time.Minute); code != 130 {
		t.Errorf("exit code %d, want 130\n%s", code, p.out)
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("took %v from the interrupt, want at most 15 s", took)
	}
	r := result(t, dir)
	if r.Outcome != "interrupted" || r.Verdict == verdict.Pass {
		t.Errorf("outcome %s, verdict %s", r.Outcome, r.Verdict)
	}
}

// killedUnderLoad: a run that was killed judges up to its last record.
func killedUnderLoad(t *testing.T) {
	out := t.TempDir()
	p := start(t, nil, "verify", "--images", "source", "--out", out, "testdata/starved.yaml")
	dir := runDir(t, out, p)
	awaitLoad(t, dir, "steady", 8*time.Second, p)
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.wait(t, time.Minute)
	run(t, 3, time.Minute, "judge", dir)
	r := result(t, dir)
	if r.Outcome != "killed" || len(r.Loads) == 0 || r.Loads[0].Requests == 0 {
		t.Errorf("judged a killed run as %s", describe(r))
	}
}
