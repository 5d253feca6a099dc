package image

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/artisan-platform/headroom/runner/command"
	"github.com/artisan-platform/headroom/runner/progress"
)

// engine is the real Docker engine. Without one the test is skipped, and fails
// if HEADROOM_REQUIRE_TOOLS is 1.
func engine(t *testing.T) docker {
	t.Helper()
	d := docker{"docker"}
	if err := d.available(t.Context()); err != nil {
		if os.Getenv("HEADROOM_REQUIRE_TOOLS") == "1" {
			t.Fatal(err)
		}
		t.Skipf("%v; set HEADROOM_REQUIRE_TOOLS=1 to fail instead", err)
	}
	return d
}

// told keeps what a step said last.
type told struct {
	mu    sync.Mutex
	lines []string
}

func (r *told) Start(name string) progress.Step { return &toldStep{r, name, ""} }

type toldStep struct {
	r          *told
	name, last string
}

func (s *toldStep) Update(detail string) { s.last = detail }

func (s *toldStep) Done(err error) {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	s.r.lines = append(s.r.lines, fmt.Sprintf("%s: %s %v", s.name, s.last, err))
}

// nodes are node images of one stage, the oldest first, with what the store
// knows of them.
type nodes struct {
	st   store
	ids  []id
	refs []string
}

func recordNodes(t *testing.T, st store, stage, tag string, n int) nodes {
	t.Helper()
	out := nodes{st: st}
	for i := range n {
		out.ids = append(out.ids, id{kindNode, stage, digest(stage, i)})
		out.refs = append(out.refs, fmt.Sprintf("%s:%s-%s-%d", nodeRepository, tag, stage, i))
		put(t, st, out.ids[i], out.refs[i], int64(i))
	}
	return out
}

// made are tasks after which a node image is new.
var made = []*task{{id: id{Kind: kindNode}}}

// TestSupersedeInDocker has a real engine remove what is superseded, and keep
// what a container uses, what the plan is about, and the newest of each stage.
func TestSupersedeInDocker(t *testing.T) {
	d, r := engine(t), &told{}
	b := &Builder{CacheDir: t.TempDir(), Reporter: r}
	st, err := b.store()
	if err != nil {
		t.Fatal(err)
	}
	tag := fmt.Sprintf("test-%d-%d", os.Getpid(), time.Now().UnixNano())
	stack, local := recordNodes(t, st, stackStage, tag, 6), recordNodes(t, st, localStage, tag, 3)
	all := slices.Concat(stack.refs, local.refs)
	t.Cleanup(func() { removeAll(d, []string{tag, tag + "-from"}, all) })
	for i, ref := range all {
		importImage(t, d, ref, fmt.Sprintf("%s %d", tag, i))
	}
	// The second is used by a container that does not run; the newest of the
	// other stage is made from the third.
	run(t, d, "create", "--name", tag, stack.refs[1])
	run(t, d, "create", "--name", tag+"-from", stack.refs[2])
	run(t, d, "image", "rm", local.refs[2])
	run(t, d, "commit", tag+"-from", local.refs[2])
	run(t, d, "rm", tag+"-from")
	p := &planner{store: st, docker: d, tasks: map[id]*plannedTask{stack.ids[0]: {}}}
	b.supersede(t.Context(), p, made)

	for i, want := range []bool{true, true, false, true, true, true} { // planned, used, superseded, newest
		stack.expect(t, d, i, want)
	}
	for i := range local.ids {
		local.expect(t, d, i, true)
	}
	if want := []string{"remove superseded node images: 1 removed, 1 stay because a container uses them <nil>"}; !slices.Equal(r.lines, want) {
		t.Errorf("said %q, want %q", r.lines, want)
	}
	run(t, d, "rm", tag)
	b.supersede(t.Context(), p, made)
	stack.expect(t, d, 1, false)
}

// importImage makes an image of one file.
func importImage(t *testing.T, d docker, ref, text string) {
	t.Helper()
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	err := w.WriteHeader(&tar.Header{Name: "file", Mode: 0o644, Size: int64(len(text))})
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	args := []string{"import", "--change", `CMD ["none"]`, "-", ref}
	if _, err := (command.Cmd{Name: d.program, Args: args, Stdin: &archive}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (n nodes) expect(t *testing.T, d docker, i int, want bool) {
	t.Helper()
	known, err := n.st.has(n.ids[i])
	if err != nil {
		t.Fatal(err)
	}
	there, err := d.has(t.Context(), n.refs[i])
	if err != nil || known != want || there != want {
		t.Errorf("%s: record %v, image %v, %v; want %v", n.refs[i], known, there, err, want)
	}
}

func run(t *testing.T, d docker, args ...string) {
	t.Helper()
	if _, err := d.run(t.Context(), args...); err != nil {
		t.Fatal(err)
	}
}

// removeAll removes what a test may have left in the engine.
func removeAll(d docker, containers, images []string) {
	ctx, cancel := context.WithTimeout(context.Background(), cleanUpTime)
	defer cancel()
	// Most of it is gone, which is an error to Docker and none here.
	_, _ = d.run(ctx, append([]string{"rm", "--force"}, containers...)...)
	_, _ = d.run(ctx, append([]string{"image", "rm", "--force"}, images...)...)
}

// An image that cannot be removed is told, with its record kept, and the next
// is removed.
func TestSupersedeWarns(t *testing.T) {
	for name, tt := range map[string]struct {
		script string
		stay   []bool
		want   string
	}{
		"one image stays": {`case "$*" in *"{{.Size}}"*) echo 1000 ;; *inspect*) echo sha256:1 ;; "image rm"*node-0) echo device or resource busy >&2; exit 1 ;; esac`,
			[]bool{true, false}, "1 removed; warning, `headroom images prune` tries again: remove image headroom/node:x-node-0"},
		"containers are not told": {`case "$*" in *inspect*) echo sha256:1 ;; ps*) echo broken pipe >&2; exit 1 ;; esac`,
			[]bool{true, true}, "0 removed; warning, `headroom images prune` tries again: ask Docker which images containers use"},
	} {
		t.Run(name, func(t *testing.T) {
			d, r := newFakeDocker(t, tt.script), &told{}
			b := &Builder{CacheDir: t.TempDir(), Docker: d.program, Reporter: r}
			st, err := b.store()
			if err != nil {
				t.Fatal(err)
			}
			n := recordNodes(t, st, localStage, "x", 2+keepNodes)
			b.supersede(t.Context(), &planner{store: st}, made)
			for i, want := range tt.stay {
				if has, err := st.has(n.ids[i]); has != want || err != nil {
					t.Errorf("record %d: %v, %v; want %v", i, has, err, want)
				}
			}
			if len(r.lines) != 1 || !strings.Contains(r.lines[0], tt.want) || !strings.HasSuffix(r.lines[0], "<nil>") {
				t.Errorf("said %q, want %q", r.lines, tt.want)
			}
		})
	}
}

// Nothing is asked, removed or told where no node image is new, or none is
// superseded.
func TestSupersedeIsQuiet(t *testing.T) {
	for name, tt := range map[string]struct {
		nodes int
		tasks []*task
	}{
		"nothing new":    {2 * keepNodes, []*task{{id: id{Kind: kindImage}}}},
		"few are cached": {keepNodes, made},
	} {
		t.Run(name, func(t *testing.T) {
			d, r := newFakeDocker(t, ""), &told{}
			b := &Builder{CacheDir: t.TempDir(), Docker: d.program, Reporter: r}
			st, err := b.store()
			if err != nil {
				t.Fatal(err)
			}
			recordNodes(t, st, localStage, "x", tt.nodes)
			b.supersede(t.Context(), &planner{store: st}, tt.tasks)
			if calls := d.calls(t); len(r.lines) != 0 || calls[0] != "" {
				t.Errorf("said %q and called %q", r.lines, calls)
			}
		})
	}
}

// A build that makes a node image removes the superseded ones, and fails for
// none of them.
func TestRunSupersedes(t *testing.T) {
	t.Setenv("HEADROOM_DEBIAN_MIRROR", "http://127.0.0.1:1/debian") // of which nothing is asked
	d := newFakeDocker(t, `case "$*" in *"{{.Size}}"*) echo 1000 ;; *inspect*) echo sha256:1 ;; "image rm"*node-1) echo busy >&2; exit 1 ;; esac`)
	b := &Builder{CacheDir: t.TempDir(), Docker: d.program}
	st, err := b.store()
	if err != nil {
		t.Fatal(err)
	}
	n := recordNodes(t, st, localStage, "x", 1+keepNodes)
	latest := id{kindNode, localStage, digest("latest")}
	p := &planner{store: st, docker: d.docker, now: time.Now}
	fresh := &task{id: latest, title: "put images into the node image", run: p.create(latest, func(_ context.Context, _ string, e *entry) error {
		e.Ref = "headroom/node:latest"
		return nil
	})}
	if err := b.run(t.Context(), p, []*task{fresh}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{false, true, true, true} { // removed, busy, newest
		if has, err := st.has(n.ids[i]); has != want || err != nil {
			t.Errorf("record %d: %v, %v; want %v", i, has, err, want)
		}
	}
	if has, err := st.has(latest); !has || err != nil {
		t.Errorf("the new one: %v, %v", has, err)
	}
}
