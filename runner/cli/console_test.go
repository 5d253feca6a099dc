package cli

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestConsoleOffATerminalIsPlainLines(t *testing.T) {
	var b bytes.Buffer
	c := &console{w: &b, width: 80}
	one, two := c.Start("build kubelet"), c.Start("make the base")
	one.Update("compiling")
	c.Live("load 10s  100 rps")
	two.Done(nil)
	one.Done(errors.New("no disk"))
	out := b.String()
	if strings.ContainsAny(out, "\x1b\r") {
		t.Errorf("escape sequences off a terminal: %q", out)
	}
	for _, want := range []string{"✓ make the base", "✗ build kubelet", "load 10s"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q lacks %q", out, want)
		}
	}
}

func TestLongStepsSayThatTheyGoOn(t *testing.T) {
	var b bytes.Buffer
	c := &console{w: &b}
	s := c.Start("build kubelet")
	s.Update("3 of 7")
	c.beat(time.Now())
	if b.Len() > 0 {
		t.Errorf("a step that just began says %q", b.String())
	}
	c.beat(time.Now().Add(2 * heartbeat))
	if got := b.String(); !strings.Contains(got, "build kubelet") || !strings.Contains(got, "3 of 7") {
		t.Errorf("a long step says %q", got)
	}
}

func TestConsoleOnATerminalRedrawsOneLine(t *testing.T) {
	var b bytes.Buffer
	c := &console{w: &b, term: true, width: 40}
	s := c.Start("wait for the nodes")
	s.Update(strings.Repeat("long ", 40))
	for _, line := range strings.Split(b.String(), "\r\x1b[2K") {
		if n := len([]rune(line)); n >= 40 {
			t.Errorf("a line of %d cells wraps at 40: %q", n, line)
		}
	}
	s.Done(nil)
	if !strings.HasSuffix(b.String(), "\n") {
		t.Errorf("a finished step leaves no line: %q", b.String())
	}
}
