package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
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
	root.AddCommand(run, a.archive(), a.inspect(), version)
	wrapArgs(root)
	return root
}

// calledK6 tells whether the program was started under the name k6.
func calledK6(arg0 string) bool {
	return strings.TrimSuffix(filepath.Base(arg0), ".exe") == "k6"
}

// archive is headroom archive, and k6 archive.
func (a *app) archive() *cobra.Command {
	f := &loadFlags{}
	var path string
	var noEnv bool
	c := &cobra.Command{
		Use:   "archive [flags] SCRIPT",
		Short: "Put a k6-style script with all its files into one archive",
		Long: `Archive puts a k6-style script, all that it imports and all files that its init
code opens into one tar file, with the options as they are decided. Load and
inspect take it in place of a script, also on another machine.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := a.loadConfig(f, args[0])
			if err != nil {
				return loadError{load.Result{}, usageError{err}}
			}
			if err := writeArchive(cmd.Context(), cfg, !noEnv, path); err != nil {
				return loadError{load.Result{Ending: load.EndingOf(err)}, err}
			}
			return nil
		},
	}
	f.addScript(c.Flags(), false)
	c.Flags().StringVarP(&path, "archive-out", "O", "archive.tar", "file to write")
	c.Flags().BoolVar(&noEnv, "exclude-env-vars", false, "leave out the variables of --env")
	return c
}

// writeArchive writes an archive as a whole or not at all.
func writeArchive(ctx context.Context, cfg load.Config, withEnv bool, path string) error {
	var b bytes.Buffer
	if err := load.Archive(ctx, cfg, withEnv, &b); err != nil {
		return err
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the archive: %w", err)
	}
	return nil
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
