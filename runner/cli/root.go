package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

const about = `Headroom answers one question with evidence: does this platform scale out in
time, and stay fast while it does?

It makes a real Kubernetes cluster (kind) with the platform's documented stack,
drives load at it, watches the autoscalers and Prometheus, judges the
objectives of a plan, and leaves a report.

  headroom doctor --fix                     get this machine ready
  headroom verify scenarios/scale-out.yaml  the main job, from cluster to verdict
  headroom plan scenarios/scale-out.yaml    what that would do, without doing it
  headroom load script.js                   a k6-style script on its own

Exit codes: 0 pass, 1 fail, 2 usage or invalid plan, 3 inconclusive,
4 infrastructure, 130 interrupted.`

// root builds the command tree.
func (a *app) root() *cobra.Command {
	root := a.newRoot(progname, "Verify that a platform scales out in time and stays fast while it does", about)
	root.AddCommand(a.verify(), a.load(), a.inspect(), a.archive(), a.plan(), a.doctor(), a.up(), a.status(), a.down(), a.images(), a.judge(), a.report())
	wrapArgs(root)
	return root
}

// newRoot is a command that only others are added to.
func (a *app) newRoot(name, short, long string) *cobra.Command {
	root := &cobra.Command{
		Use:           name,
		Short:         short,
		Long:          long,
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetVersionTemplate(progname + " {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w\nsee '%s --help'", err, cmd.CommandPath())}
	})
	return root
}

// wrapArgs turns a complaint about positional arguments, of c and of every
// command below it, into a usage error.
func wrapArgs(c *cobra.Command) {
	if check := c.Args; check != nil {
		c.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usageError{fmt.Errorf("%w\nsee '%s --help'", err, cmd.CommandPath())}
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		wrapArgs(sub)
	}
}
