package image

import (
	"archive/tar"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/artisan-platform/headroom/runner/command"
)

// programs finds what was built: the file of a program of a Go build, and of
// a command of Headroom's own.
type programs interface {
	built(b *GoBuild, program string) string
	ownProgram(pkg string) string
}

// filesTree is the layer that a recipe's files make.
func filesTree(ctx context.Context, files []File, built programs) (tree, error) {
	t := tree{}
	for _, f := range files {
		if err := t.addRecipeFile(ctx, f, built); err != nil {
			return nil, fmt.Errorf("file %s: %w", f.Path, err)
		}
	}
	return t, nil
}

func (t tree) addRecipeFile(ctx context.Context, f File, built programs) error {
	switch {
	case f.Build != nil:
		t.addFile(f.Path, built.built(f.Build, f.Binary), f.mode(0o755))
	case f.Source != "":
		t.addFile(f.Path, built.ownProgram(f.Source), f.mode(0o755))
	case f.Link != "":
		t.add(f.Path, node{typ: tar.TypeSymlink, mode: 0o777, target: f.Link})
	case f.Dir:
		t.add(f.Path, node{typ: tar.TypeDir, mode: int64(f.mode(0o755))})
	case f.Tree != nil:
		return t.addModuleTree(ctx, f.Path, *f.Tree)
	case f.Spec != nil:
		spec, err := defaultSpec(ctx, built.built(f.Spec, "ctr"))
		if err != nil {
			return err
		}
		t.add(f.Path, node{typ: tar.TypeReg, mode: int64(f.mode(0o644)), content: spec})
	default:
		t.add(f.Path, node{typ: tar.TypeReg, mode: int64(f.mode(0o644)), content: []byte(f.Text)})
	}
	return nil
}

// mode is the file's permission bits, or usual where the recipe gives none.
func (f File) mode(usual uint32) uint32 {
	if f.Mode == 0 {
		return usual
	}
	return f.Mode
}

// addModuleTree takes a folder of a Go module's source.
func (t tree) addModuleTree(ctx context.Context, at string, from Tree) error {
	source, err := downloadModule(ctx, from.Module)
	if err != nil {
		return err
	}
	root := filepath.Join(source.Dir, from.Folder)
	return filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || slices.Contains(from.Except, d.Name()) {
			return err
		}
		mode := uint32(0o644)
		if path.Base(path.Dir(filepath.ToSlash(file))) == "bin" {
			mode = 0o755
		}
		t.addFile(path.Join(at, strings.TrimPrefix(filepath.ToSlash(file), filepath.ToSlash(root))), file, mode)
		return nil
	})
}

// defaultSpec is the OCI spec that containerd starts every container from, as
// kind's base image makes it: with the hook that hides the host's product
// files, and without resource limits.
func defaultSpec(ctx context.Context, ctr string) ([]byte, error) {
	out, err := command.Cmd{Name: ctr, Args: []string{"oci", "spec"}, Env: append(os.Environ(), "LC_ALL=C")}.Run(ctx)
	if err != nil {
		return nil, fmt.Errorf("print the default OCI spec: %w", err)
	}
	return editSpec([]byte(out))
}

func editSpec(raw []byte) ([]byte, error) {
	var spec map[string]any
	if err := json.Unmarshal(raw, &spec); err != nil {
		return nil, fmt.Errorf("parse the default OCI spec: %w", err)
	}
	process, ok := spec["process"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the default OCI spec has no process")
	}
	delete(process, "rlimits")
	hooks, ok := spec["hooks"].(map[string]any)
	if !ok {
		hooks = map[string]any{}
		spec["hooks"] = hooks
	}
	existing, _ := hooks["createContainer"].([]any) // none is an empty list
	hooks["createContainer"] = append(existing, map[string]any{"path": "/kind/bin/mount-product-files.sh"})
	return json.MarshalIndent(spec, "", "  ")
}
