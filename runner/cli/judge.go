package cli

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/artisan-platform/headroom/reports"
	"github.com/artisan-platform/headroom/runner/experiment"
	"github.com/artisan-platform/headroom/runner/observation"
)

func (a *app) judge() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "judge [RUN]",
		Short: "Judge a finished run again, from its log alone",
		Long: `Judge reads RUN/log.jsonl and nothing else, and writes result.json and the
reports anew. The same log gives the same bytes. Without RUN it takes the
newest run under --out.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir, err := runDir(args, f.out)
			if err != nil {
				return err
			}
			return a.conclude(dir, f, nil)
		},
	}
	f.addOut(c)
	f.addJSON(c, "print result.json instead of the summary")
	return c
}

func (a *app) report() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "report [RUN]",
		Short: "Write the reports of a finished run again, and say where they are",
		Long: `Report renders report.html, junit.xml, summary.md and result.json from
RUN/log.jsonl. Unlike judge it exits 0 whatever the verdict is. Without RUN it
takes the newest run under --out.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir, err := runDir(args, f.out)
			if err != nil {
				return err
			}
			in, err := experiment.Judge(dir)
			if err != nil {
				return err
			}
			if err := experiment.WriteReports(dir, in); err != nil {
				return err
			}
			for _, name := range []string{reports.HTMLFile, reports.JUnitFile, reports.MarkdownFile, reports.JSONFile} {
				fmt.Fprintln(a.out, filepath.Join(dir, name))
			}
			return nil
		},
	}
	f.addOut(c)
	return c
}

// runDir is the run that the arguments name, or the newest under out.
func runDir(args []string, out string) (string, error) {
	if len(args) == 1 {
		if _, err := os.Stat(filepath.Join(args[0], observation.LogFile)); err != nil {
			return "", usageError{fmt.Errorf("%s is no folder of a run: %w", args[0], err)}
		}
		return args[0], nil
	}
	logs, err := filepath.Glob(filepath.Join(out, "*", observation.LogFile))
	if err != nil {
		return "", usageError{fmt.Errorf("--out %q: %w", out, err)}
	}
	if len(logs) == 0 {
		return "", usageError{fmt.Errorf("no run under %s: give a run's folder, or make one with 'headroom verify PLAN'", out)}
	}
	newest := slices.MaxFunc(logs, func(a, b string) int { return cmp.Compare(modTime(a), modTime(b)) })
	return filepath.Dir(newest), nil
}

// modTime is when a log was last written to, in nanoseconds; a file that can't
// be read is the oldest.
func modTime(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.ModTime().UnixNano()
}
