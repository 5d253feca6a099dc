package stack

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/artisan-platform/headroom/runner/progress"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// recorder keeps what was reported, as lines.
type recorder struct {
	mu    sync.Mutex
	lines []string
}

type recordedStep struct {
	r    *recorder
	name string
}

func (r *recorder) add(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line)
}

func (r *recorder) Start(name string) progress.Step { return recordedStep{r, name} }
func (s recordedStep) Update(detail string)         { s.r.add(s.name + ": " + detail) }
func (s recordedStep) Done(err error) {
	if err == nil {
		s.r.add(s.name + ": done")
	} else {
		s.r.add(s.name + ": failed")
	}
}

// script is a check that gives one result after the other and stays at the last.
func script(results ...func() (string, bool, error)) func(context.Context) (string, bool, error) {
	i := 0
	return func(context.Context) (string, bool, error) {
		r := results[min(i, len(results)-1)]
		i++
		return r()
	}
}

func missing(state string) func() (string, bool, error) {
	return func() (string, bool, error) { return state, false, nil }
}

func failing(err error) func() (string, bool, error) {
	return func() (string, bool, error) { return "", false, err }
}

func met() (string, bool, error) { return "all there", true, nil }

func TestAwait(t *testing.T) {
	forbidden := apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "x", errors.New("no role"))
	for _, tc := range []struct {
		name    string
		check   func(context.Context) (string, bool, error)
		explain string
		took    time.Duration
		want    []string // parts of the error; none is success
	}{
		{"met at once", script(met), "", 0, nil},
		{"met in the end", script(missing("0 of 3"), failing(errors.New("hiccup")), met), "", 2 * time.Second, nil},
		{"never met", script(missing("0 of 3"), missing("1 of 3")), "pod a: ImagePullBackOff", 10 * time.Second,
			[]string{"thing not ready after 10s: 1 of 3; pod a: ImagePullBackOff", "deadline exceeded"}},
		{"last error kept", script(missing("0 of 3"), failing(errors.New("connection refused"))), "", 10 * time.Second,
			[]string{"connection refused"}},
		{"final error ends the wait", script(failing(forbidden)), "", 0, []string{"forbidden", "no role"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &Stack{opts: Options{Level: LevelCore}.withDefaults()}
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				began := time.Now()
				err := s.await(ctx, []condition{{name: "thing", check: tc.check, explain: func(ctx context.Context) string {
					if ctx.Err() != nil {
						t.Error("explained with a context that has ended")
					}
					return tc.explain
				}}})
				if took := time.Since(began); took != tc.took {
					t.Errorf("took %s, want %s", took, tc.took)
				}
				if (err == nil) != (len(tc.want) == 0) {
					t.Fatalf("error %v, want %q", err, tc.want)
				}
				for _, part := range tc.want {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("error lacks %q: %v", part, err)
					}
				}
			})
		})
	}
}

// One condition that fails neither hides another nor ends the others' waits.
func TestAwaitReportsEveryCondition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		s := &Stack{opts: Options{Level: LevelCore, Reporter: r}.withDefaults()}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		err := s.await(ctx, []condition{
			{name: "a", check: script(missing("0 of 1"))},
			{name: "b", check: script(missing("0 of 2"), met)},
			{name: "c", check: script(missing("0 of 3"))},
		})
		if err == nil || !strings.Contains(err.Error(), "a not ready after 5s: 0 of 1") || !strings.Contains(err.Error(), "c not ready after 5s: 0 of 3") {
			t.Errorf("error %v", err)
		}
		all := strings.Join(r.lines, "\n")
		for _, want := range []string{"a: 0 of 1", "b: done", "a: failed", "c: failed"} {
			if !strings.Contains(all, want) {
				t.Errorf("report lacks %q:\n%s", want, all)
			}
		}
	})
}

func TestAwaitCancelledIsNoFinding(t *testing.T) {
	for _, cause := range []error{context.Canceled, errors.New("interrupted")} {
		t.Run(cause.Error(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &Stack{opts: Options{Level: LevelCore}.withDefaults()}
				parent, cancel := context.WithCancelCause(t.Context())
				ctx, stop := context.WithTimeout(parent, time.Minute)
				defer stop()
				go func() { time.Sleep(time.Second); cancel(cause) }()
				began := time.Now()
				err := s.await(ctx, []condition{{name: "thing", check: script(missing("0 of 3")), explain: func(context.Context) string {
					t.Error("a cancelled wait was explained")
					return ""
				}}})
				if took := time.Since(began); !errors.Is(err, cause) || took != time.Second {
					t.Errorf("error %v after %s, want %v at once", err, took, cause)
				}
			})
		})
	}
}
