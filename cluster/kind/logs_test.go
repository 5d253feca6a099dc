package kind

import (
	"errors"
	"strings"
	"testing"

	kinderrors "sigs.k8s.io/kind/pkg/errors"
	kindexec "sigs.k8s.io/kind/pkg/exec"
)

func TestLogErrorsDropsOnlyTheMissingCrictl(t *testing.T) {
	crictl := &kindexec.RunError{Command: []string{"docker", "exec", "n", "crictl", "images"}, Inner: errors.New("exit status 126")}
	journal := &kindexec.RunError{Command: []string{"docker", "exec", "n", "journalctl"}, Output: []byte("no space left"), Inner: errors.New("exit status 1")}
	for _, tc := range []struct {
		name string
		err  error
		want []string // parts of what is left; none is success
	}{
		{"nothing", nil, nil},
		{"one node without crictl", crictl, nil},
		{"two nodes without crictl", kinderrors.NewAggregate([]error{crictl, crictl}), nil},
		{"a real error beside", kinderrors.NewAggregate([]error{crictl, journal}), []string{"journalctl", "no space left"}},
		{"no command's", errors.New("mkdir: denied"), []string{"mkdir: denied"}},
	} {
		got := logErrors(tc.err)
		if (got != nil) != (len(tc.want) > 0) {
			t.Errorf("%s: got %v", tc.name, got)
		}
		for _, part := range tc.want {
			if got != nil && !strings.Contains(got.Error(), part) {
				t.Errorf("%s: got %v, want %q in it", tc.name, got, part)
			}
		}
	}
}
