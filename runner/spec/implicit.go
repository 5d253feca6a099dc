package spec

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// scriptExt are the extensions of the files that are scripts and no plans.
var scriptExt = []string{".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx"}

// IsScript reports whether a file is a k6-style script rather than a plan, by
// its name.
func IsScript(file string) bool {
	for _, ext := range scriptExt {
		if strings.EqualFold(filepath.Ext(file), ext) {
			return true
		}
	}
	return false
}

// ScriptPlan is the plan of a script alone: it is the only load, and what it
// demands by its thresholds and expectations is all that is judged.
func ScriptPlan(file string, opts Options) (*Plan, error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read script: %w", err)
	}
	return PlanOfScript(file, opts)
}

// PlanOfScript is ScriptPlan of a script that opts.ReadFile knows by that name.
func PlanOfScript(file string, opts Options) (*Plan, error) {
	name := PlanName(file)
	text, err := yaml.Marshal(map[string]any{
		"version": 1, "name": name, "description": "The script " + filepath.Base(file) + " alone.",
		"loads":      []any{map[string]any{"name": name, "script": map[string]any{"file": filepath.Base(file)}}},
		"objectives": map[string]any{},
	})
	if err != nil {
		return nil, fmt.Errorf("make a plan of %s: %w", file, err)
	}
	// It stands beside the script, which is where its path leads from.
	return Parse(file, text, opts)
}

var notInName = regexp.MustCompile(`[^a-z0-9]+`)

// PlanName makes a name for a plan and its load out of a file's.
func PlanName(file string) string {
	base := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	name := strings.Trim(notInName.ReplaceAllString(strings.ToLower(base), "-"), "-")
	if len(name) > 50 {
		name = strings.Trim(name[:50], "-")
	}
	if name == "" {
		return "script"
	}
	return name
}
