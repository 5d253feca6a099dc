package kind

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/artisan-platform/headroom/runner/progress"
)

// recorder writes down what a reporter is told.
type recorder struct{ lines []string }

func (r *recorder) Start(name string) progress.Step {
	r.lines = append(r.lines, "start "+name)
	return recordedStep{r, name}
}

type recordedStep struct {
	r    *recorder
	name string
}

func (s recordedStep) Update(detail string) { s.r.lines = append(s.r.lines, s.name+": "+detail) }
func (s recordedStep) Done(err error) {
	s.r.lines = append(s.r.lines, fmt.Sprintf("done %s: %v", s.name, err))
}

func TestStepLoggerFollowsKind(t *testing.T) {
	r := &recorder{}
	l := &stepLogger{reporter: r}
	l.Warn("cgroup v1 is deprecated")
	l.V(0).Infof("Creating cluster %q ...\n", "headroom")
	l.V(0).Infof(" • %s  ...\n", "Preparing nodes 📦 📦 ")
	l.V(1).Info("a detail")
	l.Warnf("slow %s", "disk")
	l.V(0).Infof(" ✓ %s\n", "Preparing nodes 📦 📦 ")
	l.V(0).Infof(" • %s  ...\n", "Starting control-plane 🕹️")
	l.V(0).Infof(" ✗ %s\n", "Starting control-plane 🕹️")
	l.V(0).Infof(" • %s  ...\n", "Joining worker nodes 🚜")
	interrupted := errors.New("interrupted")
	l.close(interrupted)
	l.close(nil)
	want := []string{
		"start warning: cgroup v1 is deprecated", "done warning: cgroup v1 is deprecated: <nil>",
		"start kind: preparing nodes", "kind: preparing nodes: warning: slow disk", "done kind: preparing nodes: <nil>",
		"start kind: starting control-plane", "done kind: starting control-plane: failed",
		"start kind: joining worker nodes", "done kind: joining worker nodes: interrupted",
	}
	if !slices.Equal(r.lines, want) {
		t.Errorf("got\n%q\nwant\n%q", r.lines, want)
	}
}
