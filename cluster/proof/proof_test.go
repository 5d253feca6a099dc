package proof

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func seeing(component, seen string) Check {
	return Check{Component: component, Name: "use of " + component, Run: func(context.Context) (string, error) { return seen, nil }}
}

func failing(component string, err error) Check {
	return Check{Component: component, Name: "use of " + component, Run: func(context.Context) (string, error) { return "", err }}
}

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := Check{Component: "slow", Name: "waits", Timeout: 3 * time.Second, Run: func(ctx context.Context) (string, error) {
			<-ctx.Done()
			return "", errors.New("read: connection closed")
		}}
		began := time.Now()
		got := Run(t.Context(), []Check{seeing("a", "42 rows"), failing("b", Failed("mend b", "b said %w", errors.New("no"))), slow, slow, seeing("mute", "")})
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("took %v, want the longest time-out alone", took)
		}
		for i, want := range []Result{
			{Component: "a", Check: "use of a", Ready: true, Proof: "42 rows"},
			{Component: "b", Check: "use of b", Cause: "b said no", Next: "mend b"},
			{Component: "slow", Check: "waits", Cause: "no answer within 3s: read: connection closed", Next: nextStep(nil), Took: 3 * time.Second},
			{Component: "slow", Check: "waits", Cause: "no answer within 3s: read: connection closed", Next: nextStep(nil), Took: 3 * time.Second},
			{Component: "mute", Check: "use of mute", Cause: "the check saw nothing", Next: "this is a defect of the check: report it"},
		} {
			if got[i] != want {
				t.Errorf("result %d\n got %+v\nwant %+v", i, got[i], want)
			}
		}
	})
}

func TestSilenceIsNotHealth(t *testing.T) {
	if Green(nil) || Err(nil) == nil {
		t.Error("no checks at all count as healthy")
	}
}

func TestAwaitRepeatsWhatIsRed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		green, late := 0, 0
		checks := []Check{
			{Component: "a", Run: func(context.Context) (string, error) { green++; return "ok", nil }},
			{Component: "b", Run: func(context.Context) (string, error) {
				if late++; late < 4 {
					return "", errors.New("not yet")
				}
				return "ok", nil
			}},
		}
		var said []string
		results := Await(t.Context(), checks, func(s string) { said = append(said, s) })
		if !Green(results) || green != 1 || late != 4 {
			t.Errorf("results %+v after %d and %d looks, want green after 1 and 4", results, green, late)
		}
		if len(said) != 3 || said[0] != "1 of 2 proven; b: not yet" {
			t.Errorf("said %q", said)
		}
	})
}

func TestAwaitGivesUpWithTheLastCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
		defer cancel()
		results := Await(ctx, []Check{{Component: "b", Run: func(ctx context.Context) (string, error) {
			if ctx.Err() != nil {
				return "", errors.New("cut short")
			}
			return "", errors.New("slot 5 is not covered")
		}}}, func(string) {})
		if err := Err(results); err == nil || !strings.Contains(err.Error(), "slot 5 is not covered") {
			t.Errorf("error %v", err)
		}
	})
}

func TestTablePutsComponentsTogether(t *testing.T) {
	results := Run(t.Context(), []Check{seeing("a", "one"), failing("b", errors.New("no")), seeing("a", "two"), seeing("b", "three")})
	lines := Table(results)
	if len(lines) != 2 || lines[0].Proof != "one; two" || !lines[0].Ready || lines[1].Ready || len(lines[1].Problems) != 1 {
		t.Errorf("lines %+v", lines)
	}
	err := Err(results)
	if err == nil || !strings.Contains(err.Error(), "1 of 4 checks are red:\n  b: use of b: no\n    → ") {
		t.Errorf("error %v", err)
	}
}
