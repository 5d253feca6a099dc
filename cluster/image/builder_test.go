package image

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/artisan-platform/headroom/runner/progress"
)

// plannerFor is a planner over a store, with Headroom's own commands known
// without building them.
func plannerFor(st store, d docker, content string) *planner {
	p := &planner{store: st, docker: d, tasks: map[id]*plannedTask{}, own: map[string]id{}}
	for _, img := range Catalog() {
		for _, f := range img.Recipe.Files {
			if f.Source != "" {
				p.own[f.Source] = id{kindGo, programName(f.Source), digest(f.Source, content)}
			}
		}
	}
	return p
}

func planAll(t *testing.T, p *planner) (Set, []*task) {
	t.Helper()
	w, err := sortOut(nil)
	if err != nil {
		t.Fatal(err)
	}
	set := Set{Mode: Source}
	targets, err := p.targets(t.Context(), &set, w)
	if err != nil {
		t.Fatal(err)
	}
	return set, inOrder(targets)
}

func titles(tasks []*task) (out []string) {
	for _, t := range tasks {
		out = append(out, t.title)
	}
	return out
}

// From nothing everything is planned, each piece once; when all of it is
// done nothing is; when only the platform changes, only the last stage is.
func TestPlanDoesOnlyWhatIsMissing(t *testing.T) {
	st := store{t.TempDir()}
	d := newFakeDocker(t, "echo sha256:1") // holds every image that it is asked for
	p := plannerFor(st, d.docker, "platform 1")
	first, all := planAll(t, p)
	seen := map[id]bool{}
	for _, task := range all {
		if seen[task.id] {
			t.Errorf("%s is planned twice", task.title)
		}
		seen[task.id] = true
		if task.expected <= 0 || task.disk <= 0 || task.title == "" || task.run == nil {
			t.Errorf("task %q is incomplete", task.title)
		}
		put(t, st, task.id, "ref", 1)
	}
	if !slices.Equal(first.Preloaded, slices.Concat(catalogRefs(false), catalogRefs(true))) || len(first.ToLoad) != 0 {
		t.Errorf("preloaded are %q", first.Preloaded)
	}
	second, none := planAll(t, plannerFor(st, d.docker, "platform 1"))
	if len(none) != 0 || second.NodeImage != first.NodeImage {
		t.Errorf("with everything done the plan is %q, node image %s", titles(none), second.NodeImage)
	}
	third, some := planAll(t, plannerFor(st, d.docker, "platform 2"))
	if third.NodeImage == first.NodeImage {
		t.Error("another platform leaves the node image as it was")
	}
	for _, task := range some {
		if !strings.Contains(task.title, "headroom-") && !strings.Contains(task.title, "pause") && !strings.HasPrefix(task.title, "put ") {
			t.Errorf("a change of Headroom's own programs plans %q", task.title)
		}
	}
}

// An image that somebody removed from Docker is made again, from the cache.
func TestPlanNoticesThatDockerLostTheNodeImage(t *testing.T) {
	st := store{t.TempDir()}
	_, all := planAll(t, plannerFor(st, newFakeDocker(t, "echo sha256:1").docker, "x"))
	for _, task := range all {
		put(t, st, task.id, "ref", 1)
	}
	_, again := planAll(t, plannerFor(st, newFakeDocker(t, "echo No such image >&2; exit 1").docker, "x"))
	want := []string{"assemble the node image", fmt.Sprintf("put %d images into the node image", len(catalogRefs(false))),
		fmt.Sprintf("put %d images into the node image", len(catalogRefs(true)))}
	if !slices.Equal(titles(again), want) {
		t.Errorf("plan is %q, want %q", titles(again), want)
	}
}

// catalogRefs are the references of Headroom's own images, or of the others.
func catalogRefs(local bool) (refs []string) {
	for _, img := range Catalog() {
		if img.Local == local {
			refs = append(refs, img.Ref)
		}
	}
	return refs
}

func TestRegistryModeBuildsOnlyOurOwn(t *testing.T) {
	p := plannerFor(store{t.TempDir()}, docker{"/no/such/docker"}, "x")
	w, err := sortOut(nil)
	if err != nil {
		t.Fatal(err)
	}
	set := Set{Mode: Registry}
	targets, err := p.targets(t.Context(), &set, w)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, ref := range catalogRefs(true) {
		want = append(want, "assemble "+path.Base(ref))
	}
	if got := titles(inOrder(targets)); !slices.Equal(got, want) {
		t.Errorf("plan is %q, want %q", got, want)
	}
	if set.NodeImage != registryNodeImage || !slices.Equal(set.ToLoad, catalogRefs(true)) || len(set.Preloaded) != 0 {
		t.Errorf("set is %+v", set)
	}
}

func TestEnsureNamesWhatItCannotProvide(t *testing.T) {
	missing := newFakeDocker(t, "case $1 in version) echo 20 ;; *) echo No such image >&2; exit 1 ;; esac")
	b := &Builder{CacheDir: t.TempDir(), Docker: missing.program}
	if _, err := b.Ensure(t.Context(), Source, []string{"mine:1"}); err == nil || !strings.Contains(err.Error(), "mine:1 is neither in the catalog") {
		t.Errorf("an unknown image: %v", err)
	}
	b.Docker = "/no/such/docker"
	if _, err := b.Ensure(t.Context(), Source, nil); err == nil || !strings.Contains(err.Error(), "headroom doctor --fix") {
		t.Errorf("no Docker: %v", err)
	}
}

// The same source gives the same program, so its content can be its key.
func TestOwnCommandsAreReproducible(t *testing.T) {
	var sums []string
	for range 2 {
		dir := t.TempDir()
		sum, err := buildOwn(t.Context(), "./cluster/image/pause", dir)
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, sum)
		if info, err := os.Stat(filepath.Join(dir, "pause")); err != nil || info.Mode()&0o111 == 0 {
			t.Errorf("the program: %v, %v", info, err)
		}
	}
	if sums[0] != sums[1] {
		t.Errorf("two builds gave %s and %s", sums[0], sums[1])
	}
	if _, err := buildOwn(t.Context(), "./cluster/image/none", t.TempDir()); err == nil || !strings.Contains(err.Error(), "./cluster/image/none") {
		t.Errorf("a command that is not there: %v", err)
	}
}

func TestListAndPrune(t *testing.T) {
	d := newFakeDocker(t, `case "$*" in *"{{.Size}}"*) echo 1000 ;; *inspect*) echo sha256:1 ;; esac`)
	b := &Builder{CacheDir: t.TempDir(), Docker: d.program, Reporter: progress.Discard}
	st, err := b.store()
	if err != nil {
		t.Fatal(err)
	}
	old, current := id{kindImage, slug(PlatformRef), digest("old")}, id{kindImage, slug(PlatformRef), digest("new")}
	put(t, st, old, PlatformRef, 1)
	put(t, st, current, PlatformRef, 2)
	put(t, st, id{kindGo, "etcd", digest("another recipe")}, "", 3)
	put(t, st, goID(newComponents().etcd), "", 1)
	put(t, st, id{kindNode, localStage, digest("old node")}, "headroom/node:old", 1)
	put(t, st, id{kindNode, localStage, digest("new node")}, "headroom/node:new", 2)
	rows, err := b.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var cached, stale []string
	for _, row := range rows {
		if row.Cached {
			cached = append(cached, row.Name)
		}
		if row.Stale {
			stale = append(stale, row.Name)
		}
		if row.Kind == kindNode && row.Bytes < 1000 {
			t.Errorf("node image %s takes %d bytes: Docker's are not counted", row.Ref, row.Bytes)
		}
	}
	if want := 6 + len(Catalog()) - 1; len(cached) != 6 || len(stale) != 3 || len(rows) != want {
		t.Errorf("%d rows, cached %q, stale %q; want %d rows, 6 cached, 3 stale", len(rows), cached, stale, want)
	}
	removed, err := b.Prune(t.Context(), false)
	if err != nil || len(removed) != 3 {
		t.Fatalf("pruned %d, %v; want the 3 stale", len(removed), err)
	}
	calls := d.calls(t)
	if !slices.Contains(calls, "image rm headroom/node:old") || slices.Contains(calls, "image rm headroom/node:new") {
		t.Errorf("calls are %q", calls)
	}
	if ok, err := st.has(current); !ok || err != nil {
		t.Errorf("the current platform image is gone: %v", err)
	}
	if removed, err = b.Prune(t.Context(), true); err != nil || len(removed) != 3 {
		t.Errorf("then pruned %d of all, %v; want 3", len(removed), err)
	}
}

// A node image that a cluster uses stays, and so does its record.
func TestPruneKeepsWhatIsInUse(t *testing.T) {
	d := newFakeDocker(t, `case "$*" in *"{{.Size}}"*) echo 1000 ;; *inspect*) echo sha256:1 ;; "image rm"*) echo image is being used >&2; exit 1 ;; esac`)
	b := &Builder{CacheDir: t.TempDir(), Docker: d.program}
	st, err := b.store()
	if err != nil {
		t.Fatal(err)
	}
	i := id{kindNode, localStage, digest("x")}
	put(t, st, i, "headroom/node:x", 1)
	removed, err := b.Prune(t.Context(), true)
	if err == nil || !strings.Contains(err.Error(), "headroom/node:x") || !strings.Contains(err.Error(), "headroom down") || len(removed) != 0 {
		t.Errorf("removed %v, %v", removed, err)
	}
	if ok, err := st.has(i); !ok || err != nil {
		t.Errorf("the record is gone: %v", err)
	}
}
