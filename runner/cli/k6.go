package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/artisan-platform/headroom/runner/load"
)

const aboutK6 = `This is headroom under the name of k6: it takes k6's commands and runs k6's
scripts, so that what calls k6 can call it. It is no k6: see "headroom load --help".`

// k6 is the command tree of a program that is called k6.
func (a *app) k6() *cobra.Command {
	root := a.newRoot("k6", "Run k6-style load scripts (headroom)", aboutK6)
	run := a.load()
	run.Use = "run [flags] SCRIPT"
	version := &cobra.Command{Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.out, "k6 (%s %s)\n", progname, version)
			return err
		}}
	root.AddCommand(run, a.inspect(), version)
	wrapArgs(root)
	return root
}

// calledK6 tells whether the program was started under the name k6.
func calledK6(arg0 string) bool {
	return strings.TrimSuffix(filepath.Base(arg0), ".exe") == "k6"
}

// inspect is headroom inspect, and k6 inspect.
func (a *app) inspect() *cobra.Command {
	f := &loadFlags{}
	var requirements bool
	c := &cobra.Command{
		Use:   "inspect [flags] SCRIPT",
		Short: "Print the options of a k6-style script as they are decided, as JSON",
		Long: `Inspect reads a k6-style script (or an archive of one) and prints its options as
JSON, after environment and command line had their say. Nothing is run but the
script's init code.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.loadConfig(f, args[0])
			if err != nil {
				return loadError{load.Result{}, usageError{err}}
			}
			text, err := load.Inspect(cmd.Context(), cfg, requirements)
			if err != nil {
				return loadError{load.Result{Ending: load.EndingOf(err)}, err}
			}
			_, err = a.out.Write(text)
			return err
		},
	}
	f.addScript(c.Flags(), false)
	c.Flags().BoolVar(&requirements, "execution-requirements", false, "also print how long the test runs and how many VUs it needs")
	return c
}
