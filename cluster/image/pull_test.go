package image

import (
	"slices"
	"strings"
	"testing"
)

// pullScript answers as an engine that holds mine:1 and can pull all but gone:1.
const pullScript = `case "$*" in
image*mine:1) echo sha256:1 ;;
image*) echo No such image >&2; exit 1 ;;
pull*gone:1) echo manifest unknown >&2; exit 1 ;;
esac`

// What registries hold is pulled once, what Docker holds is not, and the nodes
// are given all but the node image.
func TestPull(t *testing.T) {
	d := newFakeDocker(t, pullScript)
	w, err := sortOut([]string{"redis:7.0.15", "mine:1", "theirs:1"})
	if err != nil {
		t.Fatal(err)
	}
	refs, err := (&Builder{}).pull(t.Context(), d.docker, w)
	if want := []string{"docker.io/library/redis:7.0.15", "mine:1", "theirs:1"}; err != nil || !slices.Equal(refs, want) {
		t.Errorf("to load are %q, %v; want %q", refs, err, want)
	}
	pulls := slices.DeleteFunc(d.calls(t), func(c string) bool { return !strings.HasPrefix(c, "pull ") })
	slices.Sort(pulls)
	want := []string{"pull --quiet docker.io/library/redis:7.0.15", "pull --quiet " + registryNodeImage, "pull --quiet theirs:1"}
	slices.Sort(want)
	if !slices.Equal(pulls, want) {
		t.Errorf("pulls are %q, want %q", pulls, want)
	}
}

// A reference that nobody knows is an error in every mode, and names itself.
func TestEnsureRefusesAnUnknownReference(t *testing.T) {
	d := newFakeDocker(t, pullScript)
	b := &Builder{CacheDir: t.TempDir(), Docker: d.program}
	for mode, want := range map[Mode]string{Registry: "manifest unknown", Source: "build or pull it first"} {
		_, err := b.Ensure(t.Context(), mode, []string{"gone:1"})
		if err == nil {
			t.Errorf("%s: accepted", mode)
			continue
		}
		for _, part := range []string{"image gone:1 is neither in the catalog", "headroom images list", want} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: error %q lacks %q", mode, err, part)
			}
		}
	}
}
