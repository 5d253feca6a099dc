package stack

import (
	"slices"
	"testing"
)

// TestNodePortsOfALevel: each level is let in where it listens, and nowhere else.
func TestNodePortsOfALevel(t *testing.T) {
	for level, want := range map[Level][]int32{
		LevelCore: {30080, 30081, 30090, 30379},
		LevelFull: {30080, 30081, 30090, 30379, 30380, 30381, 30382, 30383, 30384, 30432, 30443, 30444, 30445},
	} {
		got, err := NodePorts(Options{Level: level})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", level, got, want)
		}
	}
}
