package image

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/progress"
)

func testID(kind, name string) id { return id{kind, name, digest(kind, name)} }

// put makes an entry with one file, made at the given second.
func put(t *testing.T, st store, i id, ref string, at int64) {
	t.Helper()
	err := st.create(i, func() time.Time { return time.Unix(at, 0) }, func(dir string, e *entry) error {
		e.Ref = ref
		return os.WriteFile(filepath.Join(dir, archiveFile), []byte("content"), 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEntriesAppearWhole(t *testing.T) {
	st := store{t.TempDir()}
	i := testID(kindImage, "redis-7")
	if ok, err := st.has(i); ok || err != nil {
		t.Fatalf("an empty store has it: %v, %v", ok, err)
	}
	failed := errors.New("interrupted")
	err := st.create(i, time.Now, func(dir string, _ *entry) error {
		if ok, err := st.has(i); ok || err != nil {
			t.Errorf("the entry is there before it is complete: %v, %v", ok, err)
		}
		return failed
	})
	if !errors.Is(err, failed) {
		t.Errorf("error is %v", err)
	}
	if left, err := os.ReadDir(filepath.Join(st.dir, "tmp")); err != nil || len(left) != 0 {
		t.Errorf("failed work left %v, %v", left, err)
	}
	put(t, st, i, "r", 7)
	if e, err := st.load(i); err != nil || e.Ref != "r" || e.id != i || e.Created.Unix() != 7 {
		t.Errorf("loaded %+v, %v", e, err)
	}
	put(t, st, i, "again", 8) // replaces
	if e, err := st.load(i); err != nil || e.Ref != "again" {
		t.Errorf("loaded %+v, %v", e, err)
	}
}

// A record that a full disk or a crash cut short is work to do again, not a
// reason to stop, and can be pruned.
func TestDamagedEntryIsMadeAgain(t *testing.T) {
	st := store{t.TempDir()}
	i := testID(kindGo, "etcd")
	put(t, st, i, "", 1)
	if err := os.WriteFile(st.path(i, entryFile), []byte(`{"Kind":`), 0o644); err != nil {
		t.Fatal(err)
	}
	if ok, err := st.has(i); ok || err != nil {
		t.Errorf("has = %v, %v", ok, err)
	}
	entries, err := st.entries()
	if err != nil || len(entries) != 1 || entries[0].folder() != i.folder() {
		t.Fatalf("entries are %+v, %v; want the damaged one by its folder", entries, err)
	}
	if err := st.remove(entries[0].id); err != nil {
		t.Fatal(err)
	}
	if entries, err := st.entries(); err != nil || len(entries) != 0 {
		t.Errorf("after removal the entries are %+v, %v", entries, err)
	}
}

func TestSweepRemovesUnfinishedWorkOnly(t *testing.T) {
	st := store{t.TempDir()}
	i := testID(kindGo, "etcd")
	put(t, st, i, "", 1)
	if _, err := st.temp("left"); err != nil {
		t.Fatal(err)
	}
	if err := st.sweep(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(st.dir, "tmp")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("unfinished work is still there: %v", err)
	}
	if ok, err := st.has(i); !ok || err != nil {
		t.Errorf("finished work is gone: %v", err)
	}
}

func TestLockKeepsASecondBuildOut(t *testing.T) {
	st := store{t.TempDir()}
	unlock, err := st.lock(t.Context(), progress.Discard)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("user gave up")
	cancel(stop)
	if _, err := st.lock(ctx, progress.Discard); !errors.Is(err, stop) || !strings.Contains(err.Error(), st.dir) {
		t.Errorf("a second lock: %v, want the wait to end with its context and name the cache", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	again, err := st.lock(t.Context(), progress.Discard)
	if err != nil {
		t.Fatalf("the lock is not free after unlock: %v", err)
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
}
