package image

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestToDocker loads the newest archive that was built, and asks Docker for
// what was not.
func TestToDocker(t *testing.T) {
	loaded := filepath.Join(t.TempDir(), "loaded")
	f := newFakeDocker(t, `case "$*" in
load*) cat >>`+loaded+` ;;
*mine:1*) echo sha256:0 ;;
*inspect*) echo "Error: No such image" >&2; exit 1 ;;
esac`)
	b := &Builder{CacheDir: t.TempDir(), Docker: f.program}
	st, err := b.store()
	if err != nil {
		t.Fatal(err)
	}
	for n, text := range []string{"old ", "new "} {
		now := func() time.Time { return time.Unix(int64(n), 0) }
		err := st.create(testID(kindImage, "redis-"+text), now, func(dir string, e *entry) error {
			e.Ref = "docker.io/library/redis:7.0.15"
			return os.WriteFile(filepath.Join(dir, archiveFile), []byte(text), 0o600)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := b.ToDocker(t.Context(), "redis:7.0.15", "mine:1"); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(loaded); err != nil || string(got) != "new " {
		t.Errorf("loaded %q, %v, want the newest archive", got, err)
	}
	if err := b.ToDocker(t.Context(), "theirs:1"); err == nil || !strings.Contains(err.Error(), "headroom images build") {
		t.Errorf("err = %v, want one that says what to do", err)
	}
}
