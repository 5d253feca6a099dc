// Package symlink follows the symbolic links in paths, one by one.
package symlink

import (
	"fmt"
	"os"
	"path/filepath"
)

// maxLinks is how many links one path may go through, as in Linux.
const maxLinks = 40

// Resolve returns an absolute path without the symbolic links in it, and tells
// found of each of them: where it is, by a path without links, and where it
// leads. What of the path does not exist has no links.
func Resolve(name string, found func(link, target string)) (string, error) {
	path := filepath.Clean(name)
	for range maxLinks {
		link, rest := first(path)
		if link == "" {
			return path, nil
		}
		target, err := os.Readlink(link)
		if err != nil {
			return "", fmt.Errorf("follow the symbolic links of %s: %w", name, err)
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(link), target)
		}
		found(link, filepath.Clean(target))
		path = filepath.Join(target, rest)
	}
	return "", fmt.Errorf("follow the symbolic links of %s: there are more than %d", name, maxLinks)
}

// first is the part of a path up to the first symbolic link in it, and what
// follows.
func first(path string) (link, rest string) {
	for end := 1; end <= len(path); end++ {
		if end < len(path) && path[end] != filepath.Separator {
			continue
		}
		info, err := os.Lstat(path[:end])
		if err != nil {
			return "", ""
		}
		if info.Mode()&os.ModeSymlink != 0 {
			return path[:end], path[end:]
		}
	}
	return "", ""
}
