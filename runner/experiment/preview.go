package experiment

import (
	"fmt"
	"strings"

	"github.com/artisan-platform/headroom/cluster/kind"
	"github.com/artisan-platform/headroom/cluster/stack"
	"github.com/artisan-platform/headroom/runner/progress"
	"github.com/artisan-platform/headroom/runner/spec"
)

// Preview lists what verify would create for the plan: the cluster, and the
// stack's objects, a line for each kind.
func Preview(plan *spec.Plan, builtIn []byte) ([]string, error) {
	config, err := kindConfig(Config{Plan: plan, KindConfig: builtIn})
	if err != nil {
		return nil, err
	}
	ports, err := kind.Ports(config)
	if err != nil {
		return nil, fmt.Errorf("kind configuration: %w", err)
	}
	lines := []string{fmt.Sprintf("kind cluster %s, listening on %s", plan.Cluster.Name, strings.Join(ports, ", "))}
	objects, err := stack.Manifests(stackOptions(plan.Stack, progress.Discard))
	if err != nil {
		return nil, fmt.Errorf("render the stack: %w", err)
	}
	names := make(map[string][]string)
	var kinds []string // in the order in which they are created
	for _, o := range objects {
		name := o.GetName()
		if ns := o.GetNamespace(); ns != "" {
			name = ns + "/" + name
		}
		if names[o.GetKind()] == nil {
			kinds = append(kinds, o.GetKind())
		}
		names[o.GetKind()] = append(names[o.GetKind()], name)
	}
	for _, k := range kinds {
		lines = append(lines, k+": "+strings.Join(names[k], ", "))
	}
	return lines, nil
}
