package e2e

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// readme runs every command block of the README, from the repository's root,
// in the order of the page, each line as a newcomer would type it.
func readme(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := commands(string(text))
	if len(lines) == 0 || lines[0] != "make verify" {
		t.Fatalf("the README's first command is no longer make verify: %q", lines)
	}
	for _, line := range lines {
		began := time.Now()
		cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
		cmd.Dir = ".."
		out, err := cmd.CombinedOutput()
		t.Logf("$ %s   # %v\n%s", line, time.Since(began).Round(time.Second), out)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if line == "make verify" {
			checkScaleOut(t)
		}
	}
}

// commands returns the lines of the ```sh blocks.
func commands(markdown string) []string {
	var lines []string
	inside := false
	for line := range strings.Lines(markdown) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```sh"
		case inside && line != "" && !strings.HasPrefix(line, "#"):
			lines = append(lines, line)
		}
	}
	return lines
}

func TestCommandsOfAPage(t *testing.T) {
	page := "text\n```sh\nmake verify\n\n# why\nls -l\n```\n```yaml\na: b\n```\n"
	if got := strings.Join(commands(page), "|"); got != "make verify|ls -l" {
		t.Errorf("commands: %s", got)
	}
}
