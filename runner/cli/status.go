package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/artisan-platform/headroom/cluster/proof"
	"github.com/artisan-platform/headroom/runner/experiment"
	"github.com/artisan-platform/headroom/runner/unit"
)

func (a *app) status() *cobra.Command {
	var name string
	var asJSON bool
	c := &cobra.Command{
		Use:   "status",
		Short: "Prove each part of the running stack by using it",
		Long: `Status uses each part of the stack once, as its users do, and shows one line a
component: what was seen, or what is wrong and what to do about it. It leaves
nothing behind. Up and every verify make the same checks.

The exit code is 0 if every check is green, and 4 (infrastructure) otherwise.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			health, err := experiment.Status(cmd.Context(), name)
			if err != nil {
				return err
			}
			a.console.Clear()
			if asJSON {
				enc := json.NewEncoder(a.out)
				enc.SetIndent("", "  ")
				err = enc.Encode(health)
			} else {
				a.healthText(health)
			}
			if err != nil {
				return fmt.Errorf("print the state of the stack: %w", err)
			}
			if !health.Healthy {
				return errUnhealthy
			}
			return nil
		},
	}
	c.Flags().StringVar(&name, "name", "headroom", "name of the cluster")
	c.Flags().BoolVar(&asJSON, "json", false, "print every check as JSON")
	return c
}

// errUnhealthy follows the table, which has said the causes.
var errUnhealthy = errors.New("the stack is not healthy: see the red lines above")

func (a *app) healthText(h experiment.Health) {
	out := newConsole(a.out)
	fmt.Fprintf(a.out, "cluster %s, %s stack\n", h.Cluster, h.Level)
	width := 0
	lines := proof.Table(h.Results)
	for _, l := range lines {
		width = max(width, len(l.Component))
	}
	for _, l := range lines {
		mark := out.paint(green, "✓")
		if !l.Ready {
			mark = out.paint(red, "✗")
		}
		text := l.Proof
		if !l.Ready {
			text = "not proven"
		}
		fmt.Fprintf(a.out, " %s %-*s  %s\n", mark, width, l.Component, text)
		for _, p := range l.Problems {
			fmt.Fprintf(a.out, "   %*s  %s (%s): %s\n", width, "", p.Check, unit.Duration(p.Took.Round(time.Millisecond)), p.Cause)
			fmt.Fprintf(a.out, "   %*s  → %s\n", width, "", p.Next)
		}
	}
}
