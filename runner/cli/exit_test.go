package cli

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/artisan-platform/headroom/runner/experiment"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/verdict"
)

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want int
	}{
		{"nothing", nil, 0},
		{"pass is no error, but if it were", verdictError{verdict.Pass}, 0},
		{"fail", verdictError{verdict.Fail}, 1},
		{"usage", usageError{errors.New("unknown flag")}, 2},
		{"bad plan", fmt.Errorf("load: %w", &spec.Error{}), 2},
		{"inconclusive", verdictError{verdict.Inconclusive}, 3},
		{"infrastructure", &experiment.InfraError{Doing: "create", Err: errors.New("no room")}, 4},
		{"what no rule knows", errors.New("?"), 4},
		{"a part that was cancelled by nobody", fmt.Errorf("watch: %w", context.Canceled), 4},
		{"interrupted", errors.Join(errors.New("stop"), experiment.ErrInterrupted), 130},
		{"interrupted beats the verdict on half a run", errors.Join(verdictError{verdict.Fail}, experiment.ErrInterrupted), 130},
	} {
		if got := exitCode(c.err); got != c.want {
			t.Errorf("%s: exit code %d, want %d", c.name, got, c.want)
		}
	}
}
