package command

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// cancelOnLine cancels once a whole line has been written.
type cancelOnLine struct{ cancel func() }

func (c cancelOnLine) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "\n") {
		c.cancel()
	}
	return len(p), nil
}

// ended waits until a process is gone, or is only waiting to be reaped.
func ended(t *testing.T, pid int) bool {
	t.Helper()
	for range 100 {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if errors.Is(err, os.ErrNotExist) || strings.Contains(string(stat), ") Z ") {
			return true
		}
		time.Sleep(50 * time.Millisecond)
	}
	return false
}

func TestTheEndOfTheContextEndsChildrenToo(t *testing.T) {
	why := errors.New("interrupted")
	for name, script := range map[string]string{
		"a child":                          "sleep 60 & echo $!; wait",
		"a child that ignores the request": "(trap '' TERM; exec sleep 60) >/dev/null 2>&1 & echo $!; wait",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			limited, stop := context.WithTimeout(ctx, 30*time.Second)
			defer stop()
			out, err := Cmd{Name: "sh", Args: []string{"-c", script}, Output: cancelOnLine{func() { cancel(why) }}}.Run(limited)
			if !errors.Is(err, why) {
				t.Errorf("error %v, want the cause", err)
			}
			pid, convErr := strconv.Atoi(strings.TrimSpace(out))
			if convErr != nil {
				t.Fatal(convErr)
			}
			if !ended(t, pid) {
				t.Errorf("child %d outlived its parent", pid)
			}
		})
	}
}

func TestAProgramIsAskedBeforeItIsKilled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	script := "trap 'echo tidied; exit 0' TERM; echo ready; while :; do sleep 0.1; done"
	out, err := Cmd{Name: "sh", Args: []string{"-c", script}, Output: cancelOnLine{cancel}}.Run(ctx)
	if !strings.Contains(out, "tidied") || !errors.Is(err, context.Canceled) {
		t.Errorf("printed %q, error %v; want it to tidy up and the error to say why it ended", out, err)
	}
}
