package cli

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	headroom "github.com/artisan-platform/headroom"
	"github.com/artisan-platform/headroom/cluster/host"
	"github.com/artisan-platform/headroom/runner/experiment"
)

func (a *app) doctor() *cobra.Command {
	var fix, asJSON bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check this machine, and with --fix mend it",
		Long: `Doctor checks whether this machine can carry the cluster: one line per check,
and what to do about each that is not well. It changes nothing.

With --fix (as root, on Debian) it mends what it can and says each change
before it makes it: installs and starts the Docker engine, installs what
building images needs, and, where the host withholds capabilities, puts a small
OCI runtime before runc so that privileged containers start all the same.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			opts, err := experiment.HostOptions(headroom.KindConfig)
			if err != nil {
				return err
			}
			if fix {
				say := func(change string) { a.console.Say(" + %s", change) }
				if err := host.Fix(cmd.Context(), opts, say); err != nil {
					return fmt.Errorf("mend this machine: %w", err)
				}
			}
			checks := host.Inspect(cmd.Context(), opts)
			if asJSON {
				if err := a.checksJSON(checks); err != nil {
					return err
				}
			} else {
				a.checksText(checks)
			}
			if host.Worst(checks) == host.Failure {
				return errors.New("this machine cannot carry the cluster yet: see the failures above")
			}
			return nil
		},
	}
	c.Flags().BoolVar(&fix, "fix", false, "mend what can be mended; says each change (root, Debian)")
	c.Flags().BoolVar(&asJSON, "json", false, "print the checks as JSON")
	return c
}

func (a *app) checksText(checks []host.Check) {
	out := newConsole(a.out)
	marks := map[host.Status]string{
		host.OK:      out.paint(green, "✓"),
		host.Warning: out.paint(yellow, "!"),
		host.Failure: out.paint(red, "✗"),
	}
	for _, c := range checks {
		fmt.Fprintf(a.out, " %s %-8s %s: %s\n", marks[c.Status], c.Status, c.Name, c.Detail)
		if c.Advice != "" {
			fmt.Fprintf(a.out, "            → %s\n", c.Advice)
		}
	}
}

func (a *app) checksJSON(checks []host.Check) error {
	type row struct {
		Name   string `json:"name"`
		Status string `json:"status"`
		Detail string `json:"detail"`
		Advice string `json:"advice,omitempty"`
	}
	rows := make([]row, len(checks))
	for i, c := range checks {
		rows[i] = row{c.Name, c.Status.String(), c.Detail, c.Advice}
	}
	enc := json.NewEncoder(a.out)
	enc.SetIndent("", "  ")
	if err := enc.Encode(rows); err != nil {
		return fmt.Errorf("print the checks: %w", err)
	}
	return nil
}
