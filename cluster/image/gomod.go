package image

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// upstreamMod is the part of a component's go.mod that its own build obeys
// and a module that merely requires it would not see: replace and exclude
// directives count only in the main module.
type upstreamMod struct {
	Replace []replaceDirective
	Exclude []moduleVersion
}

type replaceDirective struct{ Old, New moduleVersion }

type moduleVersion struct{ Path, Version string }

func (m moduleVersion) String() string { return strings.TrimSpace(m.Path + " " + m.Version) }

// parseUpstreamMod reads the output of `go mod edit -json`.
func parseUpstreamMod(raw []byte) (upstreamMod, error) {
	var mod upstreamMod
	if err := json.Unmarshal(raw, &mod); err != nil {
		return mod, fmt.Errorf("parse `go mod edit -json`: %w", err)
	}
	return mod, nil
}

// goModText is the go.mod of the module in which b is built. upstream is the
// component's own.
func goModText(b *GoBuild, upstream upstreamMod) string {
	var s strings.Builder
	fmt.Fprintf(&s, "module headroom.local/%s\n\ngo 1.26.0\n\nrequire (\n", b.Name)
	for _, m := range append([]Module{{b.Module, b.Version}}, b.With...) {
		fmt.Fprintf(&s, "\t%s %s\n", m.Path, m.Version)
	}
	s.WriteString(")\n")
	for _, swap := range b.Swap {
		fmt.Fprintf(&s, "\nreplace %s => %s\n", swap.Path, swap.target())
	}
	for _, r := range upstream.Replace {
		if b.swaps(r.Old.Path) {
			continue
		}
		if target, ok := replacement(b, r); ok {
			fmt.Fprintf(&s, "\nreplace %s => %s\n", r.Old, target)
		}
	}
	slices.SortFunc(upstream.Exclude, func(x, y moduleVersion) int { return cmp.Compare(x.String(), y.String()) })
	for _, e := range upstream.Exclude {
		fmt.Fprintf(&s, "\nexclude %s\n", e)
	}
	for _, p := range b.Packages {
		fmt.Fprintf(&s, "\ntool %s\n", p)
	}
	return s.String()
}

// replacement is what takes the place of r in b's module. A folder of the
// component's repository gives way to the published module, which is all that
// a module proxy has: at the version of Staging, or at the one required.
func replacement(b *GoBuild, r replaceDirective) (moduleVersion, bool) {
	switch {
	case !strings.HasPrefix(r.New.Path, "."):
		return r.New, true
	case b.Staging != "":
		return moduleVersion{r.Old.Path, b.Staging}, true
	}
	return moduleVersion{}, false
}
