package image

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/artisan-platform/headroom/runner/command"
)

// parseLdd returns the files that a program needs, from the output of ldd.
// A library that ldd could not find is an error that names it.
func parseLdd(out string) ([]string, error) {
	var files []string
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		name, found, arrow := strings.Cut(line, " => ")
		if !arrow {
			found = name
		}
		found, _, _ = strings.Cut(found, " (0x")
		switch {
		case line == "" || strings.Contains(line, "statically linked") || strings.Contains(line, "not a dynamic executable"):
		case strings.HasPrefix(found, "not found"):
			return nil, fmt.Errorf("shared library %s is not installed", name)
		case strings.HasPrefix(found, "/"):
			files = append(files, found)
		}
	}
	return files, nil
}

// addClosure takes the files and folders that the patterns name from the root
// file system, and every shared library that they need.
func (t tree) addClosure(ctx context.Context, root string, patterns []string) error {
	for dir, target := range mergedUsr {
		if err := t.addMergedUsr(root, dir, target); err != nil {
			return err
		}
	}
	for _, pattern := range patterns {
		matches, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return fmt.Errorf("pattern %q: %w", pattern, err)
		}
		if len(matches) == 0 {
			return fmt.Errorf("the installed packages hold no %s", pattern)
		}
		for _, m := range matches {
			if err := t.addProgram(ctx, root, strings.TrimPrefix(m, root)); err != nil {
				return err
			}
		}
	}
	return nil
}

// mergedUsr are the links that Debian keeps in the root folder. Programs
// name their interpreter and scripts their shell through them.
var mergedUsr = map[string]string{"/bin": "usr/bin", "/sbin": "usr/sbin", "/lib": "usr/lib", "/lib64": "usr/lib64"}

func (t tree) addMergedUsr(root, dir, target string) error {
	if _, err := os.Lstat(filepath.Join(root, target)); errors.Is(err, os.ErrNotExist) {
		return nil // not every architecture has lib64
	}
	return t.addFrom(dir, filepath.Join(root, dir))
}

// addProgram takes p and what ldd, run inside root, says it needs.
func (t tree) addProgram(ctx context.Context, root, p string) error {
	if err := t.addResolved(root, p); err != nil {
		return err
	}
	out, err := command.Run(ctx, "chroot", root, "ldd", p)
	if exit := (*command.Error)(nil); errors.As(err, &exit) && strings.Contains(exit.Output, "not a dynamic executable") {
		return nil // static programs and data files
	}
	if err != nil {
		return fmt.Errorf("list shared libraries of %s: %w", p, err)
	}
	needed, err := parseLdd(out)
	if err != nil {
		return fmt.Errorf("%s: %w", p, err)
	}
	for _, file := range needed {
		if err := t.addResolved(root, file); err != nil {
			return err
		}
	}
	return nil
}

// maxLinks bounds how many symbolic links lead to one file.
const maxLinks = 16

// addResolved takes the file at p and every symbolic link on the way to it,
// each under the real path of its folder.
func (t tree) addResolved(root, p string) error {
	for range maxLinks {
		dir, err := realDir(root, path.Dir(p))
		if err != nil {
			return fmt.Errorf("resolve %s: %w", p, err)
		}
		p = path.Join(dir, path.Base(p))
		if err := t.addFrom(p, filepath.Join(root, p)); err != nil {
			return fmt.Errorf("take %s from the installed packages: %w", p, err)
		}
		target := t[p].target
		if target == "" {
			return nil
		}
		if !path.IsAbs(target) {
			target = path.Join(dir, target)
		}
		p = target
	}
	return fmt.Errorf("more than %d symbolic links lead to %s", maxLinks, p)
}

// realDir resolves the symbolic links in a folder's path as a process inside
// root would.
func realDir(root, dir string) (string, error) {
	if dir == "/" {
		return dir, nil
	}
	for range maxLinks {
		parent, err := realDir(root, path.Dir(dir))
		if err != nil {
			return "", err
		}
		dir = path.Join(parent, path.Base(dir))
		target, err := os.Readlink(filepath.Join(root, dir))
		if err != nil {
			if _, statErr := os.Lstat(filepath.Join(root, dir)); statErr != nil {
				return "", statErr
			}
			return dir, nil // a plain folder
		}
		if !path.IsAbs(target) {
			target = path.Join(parent, target)
		}
		dir = target
	}
	return "", fmt.Errorf("more than %d symbolic links lead to %s", maxLinks, dir)
}
