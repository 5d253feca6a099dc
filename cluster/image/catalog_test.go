package image

import (
	"os"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// everything is the catalog and the node image.
func everything() []Image { return append(Catalog(), nodeImage(newComponents())) }

func TestCatalogReferencesAreUniqueAndPinned(t *testing.T) {
	pinned := regexp.MustCompile(`^[^:]+:v?\d+\.\d+(\.\d+)?(-\d+)?$`)
	seen := map[string]bool{}
	for _, img := range everything() {
		if seen[img.Ref] {
			t.Errorf("%s is in the catalog twice", img.Ref)
		}
		seen[img.Ref] = true
		if !pinned.MatchString(img.Ref) {
			t.Errorf("%s is not pinned to a version", img.Ref)
		}
		if first, _, _ := strings.Cut(img.Ref, "/"); img.Ref != nodeImage(newComponents()).Ref && !strings.Contains(first, ".") {
			t.Errorf("%s does not name its registry", img.Ref)
		}
	}
}

// The names are those that `kubeadm config images list` prints for
// v1.36.3, with the sandbox image of kind's containerd configuration.
func TestCatalogHasWhatKubeadmAsksFor(t *testing.T) {
	var have []string
	for _, img := range kubernetesImages(newComponents()) {
		have = append(have, strings.TrimPrefix(img.Ref, "registry.k8s.io/"))
	}
	want := []string{
		"coredns/coredns:v1.14.2", "etcd:3.6.8-0", "kube-apiserver:v1.36.3", "kube-controller-manager:v1.36.3",
		"kube-proxy:v1.36.3", "kube-scheduler:v1.36.3", "pause:3.10",
	}
	slices.Sort(have)
	if !slices.Equal(have, want) {
		t.Errorf("Kubernetes images are\n%q, want\n%q", have, want)
	}
}

func TestRecipesReferToWhatExists(t *testing.T) {
	builds := map[string]*GoBuild{}
	for _, img := range everything() {
		for _, b := range img.Recipe.builds() {
			if other := builds[b.Name]; other != nil && digest(other) != digest(b) {
				t.Errorf("two different builds are called %s", b.Name)
			}
			builds[b.Name] = b
			if b.Expected <= 0 {
				t.Errorf("build %s has no expected duration", b.Name)
			}
		}
		for _, f := range img.Recipe.Files {
			checkFile(t, img, f)
		}
		if d := img.Recipe.Debian; d != nil && (len(d.Packages) == 0 || d.Expected <= 0) {
			t.Errorf("%s takes nothing from Debian, or says not how long it takes", img.Ref)
		}
	}
}

func checkFile(t *testing.T, img Image, f File) {
	t.Helper()
	if f.Path != path.Clean(f.Path) || !path.IsAbs(f.Path) {
		t.Errorf("%s: path %q is not clean and absolute", img.Ref, f.Path)
	}
	if sources := countSources(f); sources > 1 || (sources == 0 && f.Text == "" && f.Path != "/etc/machine-id") {
		t.Errorf("%s: %s has %d sources", img.Ref, f.Path, sources)
	}
	if f.Build != nil && !slices.Contains(f.Build.programs(), f.Binary) {
		t.Errorf("%s: build %s makes no %s, only %q", img.Ref, f.Build.Name, f.Binary, f.Build.programs())
	}
	if f.Source != "" {
		if _, err := os.Stat(path.Join("../..", f.Source)); err != nil {
			t.Errorf("%s: %v", img.Ref, err)
		}
	}
	top := "/" + strings.SplitN(f.Path, "/", 3)[1]
	if _, link := mergedUsr[top]; link && img.Recipe.Debian != nil {
		t.Errorf("%s: %s would replace Debian's link %s", img.Ref, f.Path, top)
	}
}

func countSources(f File) int {
	n := 0
	for _, set := range []bool{f.Build != nil, f.Text != "", f.Link != "", f.Tree != nil, f.Dir, f.Spec != nil, f.Source != ""} {
		if set {
			n++
		}
	}
	return n
}

// What Debian serves changes; the tag must not lie about it.
func TestDebianServicesArePinnedToTheirTag(t *testing.T) {
	for _, img := range slices.Concat(stackImages(newComponents()), dataImages(), edgeImages()) {
		if img.Recipe.Debian == nil {
			continue
		}
		version := strings.TrimPrefix(img.Ref[strings.LastIndex(img.Ref, ":")+1:], "v")
		if !slices.ContainsFunc(img.Recipe.Debian.Packages, func(p Package) bool { return p.Version == version }) {
			t.Errorf("%s: no package is held to version %s", img.Ref, version)
		}
	}
}

func TestDigestsAreStableAndTellRecipesApart(t *testing.T) {
	seen := map[string]string{}
	again := everything()
	for i, img := range everything() {
		d := digest(img)
		if d != digest(again[i]) {
			t.Errorf("%s: the digest differs from one call to the next", img.Ref)
		}
		if other, ok := seen[d]; ok {
			t.Errorf("%s and %s have the same digest", img.Ref, other)
		}
		seen[d] = img.Ref
		changed := img
		changed.Recipe.Files = append(slices.Clone(img.Recipe.Files), text("/more", "x"))
		if digest(changed) == d {
			t.Errorf("%s: one more file leaves the digest as it was", img.Ref)
		}
	}
}

// How long a build is expected to take must not decide what is built.
func TestExpectedTimeIsNotInTheDigest(t *testing.T) {
	a, b := kubernetesBuild(), kubernetesBuild()
	b.Expected *= 2
	if digest(a) != digest(b) {
		t.Error("another expectation gives another digest")
	}
}

func TestKindVersionIsTheOneThatIsRequired(t *testing.T) {
	raw, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), "sigs.k8s.io/kind "+kindVersion) {
		t.Errorf("go.mod does not require kind %s: the node image's files would not fit the library", kindVersion)
	}
	if !strings.Contains(registryNodeImage, "@sha256:") {
		t.Errorf("the registry's node image %s is not pinned by digest", registryNodeImage)
	}
}

func TestFind(t *testing.T) {
	for ref, want := range map[string]string{
		"redis:7.0.15":                   "docker.io/library/redis:7.0.15",
		"docker.io/library/redis:7.0.15": "docker.io/library/redis:7.0.15",
		"prom/prometheus:v3.14.0":        "docker.io/prom/prometheus:v3.14.0",
		PlatformRef:                      PlatformRef,
	} {
		if img, err := Find(ref); err != nil || img.Ref != want {
			t.Errorf("Find(%s) = %s, %v; want %s", ref, img.Ref, err, want)
		}
	}
	for ref, want := range map[string]string{
		"redis:7.0.16": "not in the catalog",
		"a b":          `parse image reference "a b"`,
	} {
		if _, err := Find(ref); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Find(%s): error %v, want %q in it", ref, err, want)
		}
	}
}

func TestProgramName(t *testing.T) {
	for pkg, want := range map[string]string{
		"k8s.io/kube-state-metrics/v2":    "kube-state-metrics",
		"go.etcd.io/etcd/server/v3":       "server",
		"k8s.io/kubernetes/cmd/kubelet":   "kubelet",
		"./cluster/platform/cmd/platform": "platform",
		"example.org/cmd/vpa":             "vpa",
		"example.org/v2ray":               "v2ray",
	} {
		if got := programName(pkg); got != want {
			t.Errorf("programName(%s) = %s, want %s", pkg, got, want)
		}
	}
}

func TestSortOut(t *testing.T) {
	refs := func(images []Image) (out []string) {
		for _, img := range images {
			out = append(out, img.Ref)
		}
		return out
	}
	w, err := sortOut([]string{"redis:7.0.15", "docker.io/library/redis:7.0.15", PlatformRef, "mine:1", "registry.k8s.io/pause:3.10"})
	if err != nil {
		t.Fatal(err)
	}
	got := [][]string{refs(w.stack), refs(w.local), w.other}
	want := [][]string{{"docker.io/library/redis:7.0.15"}, {PlatformRef}, {"mine:1"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("sorted to %q, want %q", got, want)
	}
	all, err := sortOut(nil)
	if err != nil || len(all.all(Source)) != len(Catalog()) {
		t.Errorf("no references are %d images (%v), want all %d", len(all.all(Source)), err, len(Catalog()))
	}
	if _, err := sortOut([]string{"a b"}); err == nil {
		t.Error("a malformed reference is accepted")
	}
}
