package image

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/artisan-platform/headroom/runner/command"
)

// modulePath is Headroom's own module.
const modulePath = "github.com/artisan-platform/headroom"

// buildOwn builds one command of Headroom's own module ("./cluster/...") into
// dir and returns the program's digest. The digest is the key under which it
// is cached: the Go build cache makes the build itself take about a second,
// and no list of input files could be as exact.
func buildOwn(ctx context.Context, pkg, dir string) (digest string, err error) {
	root, err := ownSource(ctx)
	if err != nil {
		return "", err
	}
	env := append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+runtime.GOARCH, "GOWORK=off", "GOBIN="+dir)
	flags := []string{"-trimpath", "-buildvcs=false", "-ldflags", linkFlags(nil)}
	cmd := command.Cmd{Name: "go", Dir: root, Env: env, Args: append([]string{"build"}, append(flags, "-o", dir+"/", pkg)...)}
	if root == "" {
		version, err := ownVersion()
		if err != nil {
			return "", err
		}
		target := path.Join(modulePath, pkg) + "@" + version
		cmd = command.Cmd{Name: "go", Dir: dir, Env: env, Args: append([]string{"install"}, append(flags, target)...)}
	}
	if _, err := cmd.Run(ctx); err != nil {
		return "", fmt.Errorf("build %s from Headroom's source: %w", pkg, err)
	}
	return fileDigest(filepath.Join(dir, path.Base(pkg)))
}

// ownSource is the root of Headroom's source tree if the working directory is
// inside one, else empty.
func ownSource(ctx context.Context) (string, error) {
	cmd := command.Cmd{Name: "go", Args: []string{"list", "-m", "-json"}, Env: append(os.Environ(), "GOWORK=off")}
	out, err := cmd.Run(ctx)
	var failed *command.Error
	if errors.As(err, &failed) && strings.Contains(failed.Output, "go.mod file not found") {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find Headroom's source: %w", err)
	}
	var m struct{ Path, Dir string }
	if err := json.Unmarshal([]byte(out), &m); err != nil {
		return "", fmt.Errorf("find Headroom's source: parse `go list -m -json`: %w", err)
	}
	if m.Path != modulePath {
		return "", nil
	}
	return m.Dir, nil
}

// ownVersion is the released version that this program was built from.
func ownVersion() (string, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Path != modulePath || !strings.HasPrefix(info.Main.Version, "v") || strings.Contains(info.Main.Version, "+dirty") {
		return "", errors.New("this headroom was not built from a release: run it inside its source tree, which the platform's image is built from")
	}
	return info.Main.Version, nil
}

func fileDigest(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("digest a program: %w", err)
	}
	defer f.Close() // opened for reading: closing it loses nothing
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", fmt.Errorf("digest a program: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
