package cli

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	headroom "github.com/artisan-platform/headroom"
	"github.com/artisan-platform/headroom/runner/experiment"
	"github.com/artisan-platform/headroom/runner/spec"
	"github.com/artisan-platform/headroom/runner/unit"
)

func (a *app) plan() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "plan PLAN",
		Short: "Check a plan and print its timetable; nothing is created",
		Long: `Plan checks a plan file as verify would (every problem at once, exit code 2) and
prints its timetable, what verify would create, and how long it would take.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			plan, _, err := loadPlan(cmd.Context(), args[0], f.allowHosts)
			if err != nil {
				return err
			}
			return a.printPlan(plan)
		},
	}
	f.addAllowHosts(c)
	return c
}

func (a *app) printPlan(plan *spec.Plan) error {
	fmt.Fprintf(a.out, "%s: %s\n\ntimetable\n", plan.Name, plan.Description)
	w := tabwriter.NewWriter(a.out, 2, 0, 2, ' ', 0)
	for _, row := range spec.Timetable(plan) {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", unit.Duration(row.At), row.Load, row.What)
	}
	fmt.Fprintf(w, "  %s\t%s\t%s\n", unit.Duration(plan.Duration()), "", "settle for "+unit.Duration(plan.Settle))
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print the timetable: %w", err)
	}
	parts, err := experiment.Preview(plan, headroom.KindConfig)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.out, "\nwould create\n")
	for _, p := range parts {
		fmt.Fprintf(a.out, "  %s\n", p)
	}
	setup := experiment.SetupEstimate(plan.Stack.Level)
	fmt.Fprintf(a.out, "\nwould take  about %s: %s for cluster and stack once the images are built, %s of load, %s to settle\n",
		unit.Duration(setup+plan.Duration()+plan.Settle), unit.Duration(setup), unit.Duration(plan.Duration()), unit.Duration(plan.Settle))
	return nil
}
