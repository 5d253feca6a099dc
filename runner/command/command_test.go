package command

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
)

func TestRunReturnsStandardOutputOnly(t *testing.T) {
	out, err := Run(t.Context(), "sh", "-c", "echo out; echo err >&2")
	if err != nil || out != "out\n" {
		t.Errorf("Run = %q, %v", out, err)
	}
}

func TestErrorCarriesLineAndOutput(t *testing.T) {
	_, err := Run(t.Context(), "sh", "-c", "echo some; echo trouble >&2; exit 3")
	var failed *Error
	if !errors.As(err, &failed) {
		t.Fatalf("error is %T, want *Error", err)
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("the exit code is lost: %v", err)
	}
	for _, want := range []string{"sh -c", "some", "trouble"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
}

func TestCancelledRunSaysWhy(t *testing.T) {
	why := errors.New("the user left")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	_, err := Run(ctx, "sleep", "60")
	if !errors.Is(err, why) {
		t.Errorf("error %v does not carry the cause", err)
	}
}

func TestOutputIsPassedOn(t *testing.T) {
	var seen bytes.Buffer
	if _, err := (Cmd{Name: "cat", Stdin: strings.NewReader("hello"), Output: &seen}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if seen.String() != "hello" {
		t.Errorf("passed on %q", seen.String())
	}
}

func TestTailBufferKeepsTheEnd(t *testing.T) {
	b := &tailBuffer{max: 5}
	for _, s := range []string{"abc", "defgh", "i"} {
		if n, err := b.Write([]byte(s)); n != len(s) || err != nil {
			t.Fatalf("Write = %d, %v", n, err)
		}
	}
	if b.String() != "efghi" {
		t.Errorf("kept %q", b.String())
	}
}
