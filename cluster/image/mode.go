package image

import "fmt"

// Mode says where images come from.
type Mode string

// The modes of --images.
const (
	Auto     Mode = "auto"     // Registry where every image can be had from one, else Source
	Registry Mode = "registry" // pulled, by pinned version
	Source   Mode = "source"   // built on this machine
)

// ParseMode reads the value of --images.
func ParseMode(s string) (Mode, error) {
	switch m := Mode(s); m {
	case Auto, Registry, Source:
		return m, nil
	}
	return "", fmt.Errorf("images mode %q: want auto, registry or source", s)
}
