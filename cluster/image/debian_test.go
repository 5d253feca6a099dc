package image

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestParseMirrors(t *testing.T) {
	for name, tt := range map[string]struct {
		out  string
		want mirrors
	}{
		"nothing set up": {"", mirrors{}},
		"a mirror": {"http://mirror.example/debian/ bookworm\nhttp://mirror.example/debian/ bookworm-updates\nhttps://mirror.example/sec/ bookworm-security\n",
			mirrors{"http://mirror.example/debian", "https://mirror.example/sec"}},
		"another distribution": {"http://archive.example/ubuntu/ noble\n", mirrors{}},
		"not over HTTP":        {"cdrom://disc/ bookworm\ncopy:/x bookworm\n", mirrors{}},
	} {
		if got := parseMirrors(tt.out); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}

func TestMirrorNamedByTheUser(t *testing.T) {
	t.Setenv("HEADROOM_DEBIAN_MIRROR", "http://mirror.example/debian/")
	got, err := findMirrors(t.Context())
	if want := (mirrors{"http://mirror.example/debian", "http://mirror.example/debian-security"}); err != nil || got != want {
		t.Errorf("mirrors %+v, %v; want %+v", got, err, want)
	}
}

// Whatever apt prints, the sources list has three lines of four words or more.
func FuzzMirrors(f *testing.F) {
	f.Add("http://mirror.example/debian/ bookworm\n")
	f.Add("http bookworm-security")
	f.Fuzz(func(t *testing.T, out string) {
		m := parseMirrors(out)
		if m.main == "" || m.security == "" {
			return // findMirrors refuses these
		}
		for line := range strings.Lines(m.sourcesList()) {
			if words := strings.Fields(line); len(words) != 4 || words[0] != "deb" || !strings.HasPrefix(words[1], "http") {
				t.Errorf("line %q", line)
			}
		}
	})
}

func TestIsUpstream(t *testing.T) {
	for _, tt := range []struct {
		have, want string
		ok         bool
	}{{"7.0.15", "7.0.15", true}, {"2.42.0+ds", "2.42.0", true}, {"7.0.150", "7.0.15", false}, {"7.0.16", "7.0.15", false}, {"", "7.0.15", false}} {
		if got := isUpstream(tt.have, tt.want); got != tt.ok {
			t.Errorf("isUpstream(%s, %s) = %v", tt.have, tt.want, got)
		}
	}
}

func TestEditSpec(t *testing.T) {
	out, err := editSpec([]byte(`{"process":{"rlimits":[1],"cwd":"/"},"hooks":{"createContainer":[{"path":"/first"}]},"root":{"path":"rootfs"}}`))
	if err != nil {
		t.Fatal(err)
	}
	var spec struct {
		Process map[string]any
		Hooks   struct{ CreateContainer []struct{ Path string } }
		Root    map[string]any
	}
	if err := json.Unmarshal(out, &spec); err != nil {
		t.Fatal(err)
	}
	if _, ok := spec.Process["rlimits"]; ok || spec.Process["cwd"] != "/" || spec.Root["path"] != "rootfs" {
		t.Errorf("spec is %s", out)
	}
	if hooks := spec.Hooks.CreateContainer; len(hooks) != 2 || hooks[0].Path != "/first" || hooks[1].Path != "/kind/bin/mount-product-files.sh" {
		t.Errorf("hooks are %v", hooks)
	}
	for _, bad := range []string{"", "[]", "{}", `{"process":1}`} {
		if _, err := editSpec([]byte(bad)); err == nil {
			t.Errorf("%q is accepted as a spec", bad)
		}
	}
}

func FuzzEditSpec(f *testing.F) {
	f.Add([]byte(`{"process":{"rlimits":[]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		out, err := editSpec(raw)
		if err == nil && (!json.Valid(out) || !strings.Contains(string(out), "mount-product-files.sh")) {
			t.Errorf("%q became %q", raw, out)
		}
	})
}
