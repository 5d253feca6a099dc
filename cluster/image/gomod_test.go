package image

import (
	"strings"
	"testing"
)

func TestGoModText(t *testing.T) {
	upstream := `{"Replace":[
		{"Old":{"Path":"k8s.io/api"},"New":{"Path":"./staging/src/k8s.io/api"}},
		{"Old":{"Path":"a.example/b","Version":"v1.2.3"},"New":{"Path":"fork.example/b","Version":"v1.2.4"}}],
		"Exclude":[{"Path":"z.example","Version":"v1.0.0"},{"Path":"c.example","Version":"v2.0.0"}]}`
	mod, err := parseUpstreamMod([]byte(upstream))
	if err != nil {
		t.Fatal(err)
	}
	b := &GoBuild{
		Name: "demo", Module: "k8s.io/demo", Version: "v1.36.3", Staging: "v0.36.3",
		With: []Module{{"w.example", "v0.1.0"}}, Packages: []string{"k8s.io/demo/cmd/x"},
	}
	want := `module headroom.local/demo

go 1.26.0

require (
	k8s.io/demo v1.36.3
	w.example v0.1.0
)

replace k8s.io/api => k8s.io/api v0.36.3

replace a.example/b v1.2.3 => fork.example/b v1.2.4

exclude c.example v2.0.0

exclude z.example v1.0.0

tool k8s.io/demo/cmd/x
`
	if got := goModText(b, mod); got != want {
		t.Errorf("go.mod is\n%s\nwant\n%s", got, want)
	}
	// Without a version to take, the required one stands.
	b.Staging = ""
	if got := goModText(b, mod); strings.Contains(got, "replace k8s.io/api") || !strings.Contains(got, "fork.example") {
		t.Errorf("without Staging go.mod is\n%s", got)
	}
}

func TestBuildArgs(t *testing.T) {
	b := &GoBuild{Vars: map[string]string{"p.B": "2", "p.A": "1"}, Tags: []string{"x", "y"}}
	want := "build -trimpath -ldflags -s -w -X p.A=1 -X p.B=2 -tags x,y -o bin/"
	if got := strings.Join(buildArgs(b, "bin"), " "); got != want {
		t.Errorf("arguments are %q, want %q", got, want)
	}
	if got := strings.Join(buildArgs(&GoBuild{}, "bin"), " "); got != "build -trimpath -ldflags -s -w -o bin/" {
		t.Errorf("plain arguments are %q", got)
	}
}

// Whatever `go mod edit` prints, no folder of somebody's repository may be
// left as a replacement: no proxy has it.
func FuzzUpstreamMod(f *testing.F) {
	f.Add([]byte(`{"Replace":[{"Old":{"Path":"a"},"New":{"Path":"./a"}}]}`))
	f.Add([]byte(`{"Replace":[{"Old":{"Path":"a"},"New":{"Path":"../a"}}],"Exclude":[{"Path":"b","Version":"v1"}]}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		mod, err := parseUpstreamMod(raw)
		if err != nil {
			return
		}
		for _, staging := range []string{"", "v0.1.0"} {
			for _, r := range mod.Replace {
				if target, ok := replacement(&GoBuild{Staging: staging}, r); ok && strings.HasPrefix(target.Path, ".") && !strings.HasPrefix(r.Old.Path, ".") {
					t.Errorf("replacement of %s is the folder %s", r.Old, target)
				}
			}
		}
	})
}
