package kind

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestStateSurvives(t *testing.T) {
	f := folder(filepath.Join(t.TempDir(), "headroom"))
	if s, err := f.load(); err != nil || s != (state{}) {
		t.Fatalf("without a file: %+v, %v; want the zero state", s, err)
	}
	if err := f.prepare("headroom"); err != nil {
		t.Fatal(err)
	}
	want := state{Digest: "d", Created: time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC), Complete: true, OwnsNetwork: true, Temporary: true}
	if err := f.save(want); err != nil {
		t.Fatal(err)
	}
	if got, err := f.load(); err != nil || got != want {
		t.Errorf("read back %+v, %v; want %+v", got, err, want)
	}
	if err := os.WriteFile(f.state(), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.load(); err == nil || !strings.Contains(err.Error(), f.state()) {
		t.Errorf("a torn file: error %v, want one that names it", err)
	}
}

func TestLockAdmitsOneAndLeavesNothing(t *testing.T) {
	f := folder(filepath.Join(t.TempDir(), "clusters", "headroom"))
	held, err := f.lock(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := f.lock(ctx); !errors.Is(err, errLocked) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second one got %v, want it refused", err)
	}
	if err := held.release(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(string(f) + ".lock"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock's file is left: %v", err)
	}
	again, err := f.lock(context.Background())
	if err != nil {
		t.Fatalf("after release: %v", err)
	}
	if err := again.release(); err != nil {
		t.Error(err)
	}
}

// A cluster that a run holds is neither adopted nor removed by another one.
func TestHeldClusterKeepsOthersOut(t *testing.T) {
	o := Options{StateDir: t.TempDir(), Name: "held"}
	c, err := open(o)
	if err != nil {
		t.Fatal(err)
	}
	if c.held, err = c.folder.lock(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := Down(ctx, o); !errors.Is(err, errLocked) {
		t.Errorf("another Down got %v, want it refused", err)
	}
	for range 2 {
		if err := c.Release(); err != nil {
			t.Errorf("Release: %v", err)
		}
	}
	l, err := c.folder.lock(t.Context())
	if err != nil {
		t.Fatalf("after Release: %v", err)
	}
	if err := l.release(); err != nil {
		t.Error(err)
	}
}

func TestOpenRefusesPaths(t *testing.T) {
	for _, name := range []string{"../x", "a/b", "..", "."} {
		if _, err := open(Options{Name: name, StateDir: t.TempDir()}); err == nil {
			t.Errorf("took %q for a cluster's name", name)
		}
	}
}
