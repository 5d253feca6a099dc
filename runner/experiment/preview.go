package experiment

import (
	"fmt"

	"github.com/artisan-platform/headroom/cluster/kind"
	"github.com/artisan-platform/headroom/cluster/stack"
	"github.com/artisan-platform/headroom/runner/progress"
	"github.com/artisan-platform/headroom/runner/spec"
)

// Preview lists what verify would create for the plan, a line each.
func Preview(plan *spec.Plan, builtIn []byte) ([]string, error) {
	config, err := kindConfig(Config{Plan: plan, KindConfig: builtIn})
	if err != nil {
		return nil, err
	}
	ports, err := kind.Ports(config)
	if err != nil {
		return nil, fmt.Errorf("kind configuration: %w", err)
	}
	lines := []string{fmt.Sprintf("kind cluster %s, listening on %v", plan.Cluster.Name, ports)}
	objects, err := stack.Manifests(stackOptions(plan.Stack, progress.Discard))
	if err != nil {
		return nil, fmt.Errorf("render the stack: %w", err)
	}
	for _, o := range objects {
		name := o.GetName()
		if ns := o.GetNamespace(); ns != "" {
			name = ns + "/" + name
		}
		lines = append(lines, o.GetKind()+" "+name)
	}
	return lines, nil
}
