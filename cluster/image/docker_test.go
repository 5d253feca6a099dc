package image

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/artisan-platform/headroom/runner/progress"
)

// fakeDocker is a docker client that notes each call in a file and then runs
// the given shell lines, which see the arguments.
type fakeDocker struct {
	docker
	log string
}

func newFakeDocker(t *testing.T, body string) fakeDocker {
	t.Helper()
	dir := t.TempDir()
	f := fakeDocker{docker{filepath.Join(dir, "docker")}, filepath.Join(dir, "calls")}
	script := "#!/bin/sh\nprintf '%s\\n' \"$(echo \"$*\" | tr '\\n' ' ')\" >>" + f.log + "\n" + body + "\n"
	if err := os.WriteFile(f.program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return f
}

// calls are the first words of every call so far.
func (f fakeDocker) calls(t *testing.T) []string {
	t.Helper()
	raw, err := os.ReadFile(f.log)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(strings.ReplaceAll(string(raw), " \n", "\n")), "\n")
}

// bakeScript answers as an engine whose container lists one image.
const bakeScript = `case "$*" in
run*) echo c0ffee ;;
*"images import"*) cat >/dev/null ;;
*"images list"*) echo docker.io/library/redis:7 ;;
esac`

func testArchives(t *testing.T, refs ...string) []archive {
	t.Helper()
	var out []archive
	for _, ref := range refs {
		file := filepath.Join(t.TempDir(), archiveFile)
		if err := os.WriteFile(file, []byte("archive"), 0o644); err != nil {
			t.Fatal(err)
		}
		out = append(out, archive{ref, file})
	}
	return out
}

func TestBake(t *testing.T) {
	d := newFakeDocker(t, bakeScript)
	if err := d.bake(t.Context(), "from:1", "to:2", testArchives(t, "docker.io/library/redis:7")); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"ps --all --quiet --filter label=" + bakeLabel,
		"run --detach --label " + bakeLabel + " --network none --security-opt seccomp=unconfined --entrypoint sleep from:1 infinity",
		"exec --detach c0ffee sh -c exec containerd >/dev/shm/containerd.log 2>&1",
		"exec c0ffee ctr --connect-timeout 2s version",
		"exec --interactive c0ffee ctr --namespace k8s.io images import --no-unpack -",
		"exec c0ffee ctr --namespace k8s.io images list --quiet",
		"exec c0ffee sh -c pkill",
		`commit --change ENTRYPOINT ["/usr/local/bin/entrypoint","/sbin/init"] --change CMD [] c0ffee to:2`,
		"rm --force --volumes c0ffee",
	}
	got := d.calls(t)
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("calls are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A bake that fails commits nothing and leaves no container.
func TestBakeFailsCleanly(t *testing.T) {
	for name, tt := range map[string]struct{ script, want string }{
		"not listed":    {bakeScript, "does not list it"},
		"import fails":  {strings.Replace(bakeScript, "cat >/dev/null", "echo no space left >&2; exit 1", 1), "no space left"},
		"stop fails":    {strings.Replace(bakeScript, "esac", "*pkill*) exit 1 ;;\nesac", 1), "stop containerd"},
		"commit fails":  {strings.Replace(bakeScript, "esac", "commit*) echo broken >&2; exit 1 ;;\nesac", 1), "broken"},
		"remains stay":  {strings.Replace(bakeScript, "esac", "ps*) echo dead; exit 0 ;;\nrm*dead) exit 1 ;;\nesac", 1), "interrupted builds"},
		"does not run":  {"case $1 in run) echo no such image >&2; exit 125 ;; esac", "start the node image"},
		"exec -d fails": {strings.Replace(bakeScript, "case", "case \"$2\" in --detach) [ $1 = run ] || exit 1 ;; esac\ncase", 1), "start containerd"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newFakeDocker(t, tt.script)
			ref := "docker.io/library/redis:7"
			if name == "not listed" {
				ref = "other:1"
			}
			err := d.bake(t.Context(), "from", "to", testArchives(t, ref))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error is %v, want %q in it", err, tt.want)
			}
			calls := d.calls(t)
			started := slices.ContainsFunc(calls, func(c string) bool { return strings.HasPrefix(c, "run ") })
			if started && name != "does not run" && calls[len(calls)-1] != "rm --force --volumes c0ffee" {
				t.Errorf("the container is not removed at the end: %q", calls)
			}
		})
	}
}

func TestHasTellsMissingFromBroken(t *testing.T) {
	for name, tt := range map[string]struct {
		script string
		has    bool
		err    string
	}{
		"there":   {script: "echo sha256:1", has: true},
		"missing": {script: "echo 'Error: No such image: x' >&2; exit 1"},
		"broken":  {script: "echo 'Cannot connect to the Docker daemon' >&2; exit 1", err: "Cannot connect"},
	} {
		has, err := newFakeDocker(t, tt.script).has(t.Context(), "x")
		if has != tt.has || (err == nil) != (tt.err == "") || (err != nil && !strings.Contains(err.Error(), tt.err)) {
			t.Errorf("%s: %v, %v", name, has, err)
		}
	}
}

func TestLoadFrom(t *testing.T) {
	broken := errors.New("disk is gone")
	for name, tt := range map[string]struct {
		script string
		write  func(io.Writer) error
		want   string
	}{
		"good":         {"[ \"$(cat)\" = archive ]", func(w io.Writer) error { _, err := io.WriteString(w, "archive"); return err }, ""},
		"writer fails": {"cat >/dev/null", func(io.Writer) error { return broken }, broken.Error()},
		"docker fails": {"echo no room >&2; exit 1", func(w io.Writer) error { _, err := w.Write(make([]byte, 1<<20)); return err }, "no room"},
	} {
		err := newFakeDocker(t, tt.script).loadFrom(t.Context(), tt.write)
		if (err == nil) != (tt.want == "") || (err != nil && !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: error %v, want %q", name, err, tt.want)
		}
	}
}

func TestAvailableSaysWhatToDo(t *testing.T) {
	if err := (docker{"/no/such/docker"}).available(t.Context()); err == nil || !strings.Contains(err.Error(), "headroom doctor --fix") {
		t.Errorf("without a client: %v", err)
	}
	err := newFakeDocker(t, "echo Cannot connect >&2; exit 1").available(t.Context())
	if err == nil || !strings.Contains(err.Error(), "headroom doctor --fix") || !strings.Contains(err.Error(), "Cannot connect") {
		t.Errorf("without an engine: %v", err)
	}
}

// Load takes what was built from the cache and the user's own from Docker,
// and every node gets every image.
func TestLoad(t *testing.T) {
	const script = `case "$*" in
save*) echo saved >"$3" ;;
*"images import"*) cat >/dev/null ;;
*"images list"*) printf '` + PlatformRef + `\ndocker.io/library/mine:1\n' ;;
esac`
	d := newFakeDocker(t, script)
	b := &Builder{CacheDir: t.TempDir(), Docker: d.program, Reporter: progress.Discard}
	st, err := b.store()
	if err != nil {
		t.Fatal(err)
	}
	put(t, st, testID(kindImage, slug(PlatformRef)), PlatformRef, 1)
	if err := b.Load(t.Context(), []string{"n1", "n2"}, []string{PlatformRef, "mine:1"}); err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, c := range d.calls(t) {
		count[strings.Join(strings.Fields(c)[:min(3, len(strings.Fields(c)))], " ")]++
	}
	if count["exec --interactive n1"] != 2 || count["exec --interactive n2"] != 2 {
		t.Errorf("calls are %v", count)
	}
	if saves := slices.DeleteFunc(d.calls(t), func(c string) bool { return !strings.HasPrefix(c, "save") }); len(saves) != 1 || !strings.HasSuffix(saves[0], "mine:1") {
		t.Errorf("saved from Docker: %q, want mine:1 once", saves)
	}
	missing := newFakeDocker(t, "echo No such image >&2; exit 1")
	b.Docker = missing.program
	if err := b.Load(t.Context(), []string{"n1"}, []string{"gone:1"}); err == nil || !strings.Contains(err.Error(), "gone:1 is neither built nor in Docker") {
		t.Errorf("an image that is nowhere: %v", err)
	}
	if err := b.Load(context.Background(), nil, []string{"x"}); err != nil {
		t.Errorf("no nodes: %v", err)
	}
}
