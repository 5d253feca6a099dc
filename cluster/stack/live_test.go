package stack

import (
	"os"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/progress"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// liveVariable names the kubeconfig of a cluster made by `headroom up` with the
// stack's images in it. Without it the tests of this file are left out.
const liveVariable = "HEADROOM_LIVE_KUBECONFIG"

// printer shows the steps with the time since the start.
type printer struct {
	t     *testing.T
	start time.Time
}

type printedStep struct {
	printer
	name string
}

func (p printer) Start(name string) progress.Step { return printedStep{p, name} }
func (p printedStep) Update(detail string) {
	p.t.Logf("%4.0fs %s: %s", time.Since(p.start).Seconds(), p.name, detail)
}
func (p printedStep) Done(err error) {
	p.t.Logf("%4.0fs %s: done, error %v", time.Since(p.start).Seconds(), p.name, err)
}

func liveStack(t *testing.T) *Stack {
	t.Helper()
	kubeconfig := os.Getenv(liveVariable)
	if kubeconfig == "" {
		t.Skip("needs a real cluster; set " + liveVariable)
	}
	s, err := Open(kubeconfig, Options{Level: LevelCore, Reporter: printer{t, time.Now()}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLiveApplyAndReady(t *testing.T) {
	s := liveStack(t)
	if err := s.Apply(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.WaitReady(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestLiveReset changes what a run may leave behind and expects it undone.
func TestLiveReset(t *testing.T) {
	s := liveStack(t)
	hpas := s.client.AutoscalingV2().HorizontalPodAutoscalers(Namespace)
	hpa, err := hpas.Get(t.Context(), BackendDeployment+"-hpa", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	hpa.Spec.MaxReplicas = 10
	if _, err := hpas.Update(t.Context(), hpa, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, err := hpas.Get(t.Context(), BackendDeployment+"-hpa", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if after.UID == hpa.UID || after.Spec.MaxReplicas != 20 || after.Status.CurrentReplicas != 3 {
		t.Errorf("after Reset: UID changed %v, max %d, current %d; want true, 20, 3",
			after.UID != hpa.UID, after.Spec.MaxReplicas, after.Status.CurrentReplicas)
	}
}
