package image

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/artisan-platform/headroom/runner/command"
)

// goEnv is the environment of every build: static programs for this
// machine's architecture, whatever the user's own settings say, in the
// user's own module and build caches.
func goEnv() []string {
	return append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+runtime.GOARCH, "GOFLAGS=-mod=mod", "GOWORK=off")
}

// buildGo builds b's programs into dir/bin.
func buildGo(ctx context.Context, b *GoBuild, dir string) error {
	source, err := downloadModule(ctx, Module{b.Module, b.Version})
	if err != nil {
		return err
	}
	raw, err := command.Run(ctx, "go", "mod", "edit", "-json", source.GoMod)
	if err != nil {
		return fmt.Errorf("read go.mod of %s: %w", b.Module, err)
	}
	upstream, err := parseUpstreamMod([]byte(raw))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(goModText(b, upstream)), 0o644); err != nil {
		return fmt.Errorf("write go.mod for %s: %w", b.Name, err)
	}
	for _, swap := range b.Swap {
		if err := swap.write(ctx, dir); err != nil {
			return fmt.Errorf("build %s: %w", b.Name, err)
		}
	}
	return goBuild(ctx, b, dir)
}

func goBuild(ctx context.Context, b *GoBuild, dir string) error {
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		return fmt.Errorf("build %s: %w", b.Name, err)
	}
	cmd := command.Cmd{Name: "go", Args: append(buildArgs(b, bin), b.Packages...), Dir: dir, Env: goEnv()}
	if _, err := cmd.Run(ctx); err != nil {
		return fmt.Errorf("build %s %s: %w", b.Name, b.Version, err)
	}
	for _, p := range b.programs() {
		if _, err := os.Stat(filepath.Join(bin, p)); err != nil {
			return fmt.Errorf("build %s %s: the Go tool left no program: %w", b.Name, b.Version, err)
		}
	}
	return nil
}

// buildArgs are the arguments up to the packages. They are the same for every
// build, so that the Go build cache is shared between them.
func buildArgs(b *GoBuild, bin string) []string {
	args := []string{"build", "-trimpath", "-ldflags", linkFlags(b.Vars)}
	if len(b.Tags) > 0 {
		args = append(args, "-tags", strings.Join(b.Tags, ","))
	}
	return append(args, "-o", bin+"/")
}

// linkFlags strips the symbol table and sets the variables, in sorted order.
func linkFlags(vars map[string]string) string {
	flags := []string{"-s", "-w"}
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		flags = append(flags, "-X", name+"="+vars[name])
	}
	return strings.Join(flags, " ")
}

// moduleSource is where a downloaded module lies.
type moduleSource struct {
	Dir   string // unpacked source
	GoMod string // its go.mod
	Error string
}

// downloadModule puts a module into the user's module cache.
func downloadModule(ctx context.Context, m Module) (moduleSource, error) {
	var source moduleSource
	cmd := command.Cmd{Name: "go", Args: []string{"mod", "download", "-json", m.Path + "@" + m.Version}, Dir: os.TempDir(), Env: goEnv()}
	raw, err := cmd.Run(ctx)
	if err != nil {
		return source, fmt.Errorf("download module %s %s: %w", m.Path, m.Version, err)
	}
	if err := json.Unmarshal([]byte(raw), &source); err != nil {
		return source, fmt.Errorf("parse `go mod download -json` for %s: %w", m.Path, err)
	}
	if source.Error != "" {
		return source, fmt.Errorf("download module %s %s: %s", m.Path, m.Version, source.Error)
	}
	return source, nil
}
