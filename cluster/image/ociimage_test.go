package image

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

func testImage(t *testing.T, content string) v1.Image {
	t.Helper()
	tr := tree{}
	tr.add("/program", node{typ: tar.TypeReg, mode: 0o755, content: []byte(content)})
	file := filepath.Join(t.TempDir(), layerFile)
	info, err := writeLayer(tr, file)
	if err != nil {
		t.Fatal(err)
	}
	c := Config{Entrypoint: []string{"/program"}, Env: []string{"container=docker"}, User: nobody, StopSignal: "SIGRTMIN+3"}
	img, err := assemble(c, layer{file: file, info: info})
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestImagesAreDeterministic(t *testing.T) {
	sum := func(content string) string {
		h, err := testImage(t, content).Digest()
		if err != nil {
			t.Fatal(err)
		}
		return h.String()
	}
	if a, b := sum("x"), sum("x"); a != b {
		t.Errorf("the same image has the digests %s and %s", a, b)
	}
	if sum("x") == sum("y") {
		t.Error("two different images have one digest")
	}
}

// What is written is an image that a reader of such archives takes, under
// the reference it was given, with the configuration it was given.
func TestArchiveRoundTrip(t *testing.T) {
	img := testImage(t, "x")
	file := filepath.Join(t.TempDir(), archiveFile)
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	const ref = "docker.io/library/demo:1.0"
	if err := writeArchive(img, ref, f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	tag, err := name.NewTag(ref)
	if err != nil {
		t.Fatal(err)
	}
	back, err := tarball.ImageFromPath(file, &tag)
	if err != nil {
		t.Fatal(err)
	}
	c, err := back.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if c.Config.StopSignal != "SIGRTMIN+3" || c.Config.User != nobody || c.OS != "linux" || !c.Created.IsZero() && c.Created.Unix() != 0 {
		t.Errorf("configuration is %+v", c)
	}
	if got := content(t, back); got != "x" {
		t.Errorf("the program's content is %q", got)
	}
	if want := []string{searchPath, "container=docker"}; !slices.Equal(c.Config.Env, want) {
		t.Errorf("environment is %q, want %q", c.Config.Env, want)
	}
	if err := writeArchive(img, "Not A Reference", f); err == nil {
		t.Error("a malformed reference is accepted")
	}
}

// content reads the one file of an image, and holds its layer against the
// digest that the configuration gives it.
func content(t *testing.T, img v1.Image) string {
	t.Helper()
	layers, err := img.Layers()
	if err != nil || len(layers) != 1 {
		t.Fatalf("%d layers, %v", len(layers), err)
	}
	r, err := layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	c, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(raw); c.RootFS.DiffIDs[0].Hex != hex.EncodeToString(sum[:]) {
		t.Errorf("the layer is not the one that the configuration names")
	}
	archive := tar.NewReader(bytes.NewReader(raw))
	if _, err := archive.Next(); err != nil {
		t.Fatal(err)
	}
	file, err := io.ReadAll(archive)
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}
