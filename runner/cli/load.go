package cli

import (
	"fmt"
	"io"
	"maps"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/artisan-platform/headroom/runner/load"
	"github.com/artisan-platform/headroom/runner/script/option"
	"github.com/artisan-platform/headroom/runner/script/summary"
)

const aboutLoad = `Load runs one k6-style script on its own, without a cluster, and takes the flags
of "k6 run". Options come from the command line, the environment (K6_...), the
script and a configuration file, in that order of weight.

  headroom load script.js                          as the script says
  headroom load --vus 100 --duration 10m script.js closed model: 100 users
  headroom load --target http://127.0.0.1:8000 scenarios/load-test.js
  headroom load --out json=samples.json.gz --summary-export sum.json script.js
  headroom load --out artisan=out/run script.js    log it, for judge and report

A load goes to this machine only, unless --target or --allow-host names another.
What is not as in k6: docs/k6-compatibility.md.

Exit codes are those of k6 run: 0 well, 99 a threshold was missed, 100 and 101
setup and teardown timed out, 102 another time-out, 103 stopped by the REST API,
104 invalid options, 105 interrupted, 106 the REST API cannot be served, 107 an
exception outside iterations, 108 aborted by the script, 109 a mistake of the
engine, 110 marked as failed by the script, 255 the script is unreadable.`

// loadFlags are the flags of load besides the options of the script.
type loadFlags struct {
	env                                    []string
	configFile, target, scenarios          string
	allowHosts, secrets, outputs, features []string
	once, strict, systemEnv                bool
	summaryMode, summaryExport             string
	machine, json, quiet, noColor          bool
	verbose, nanos                         bool
	logOutput, logFormat, consoleOutput    string
	address                                string
	options                                func() *option.Layer
}

func (a *app) load() *cobra.Command {
	f := &loadFlags{}
	c := &cobra.Command{
		Use:   "load [flags] SCRIPT",
		Short: "Run a k6-style script on its own; takes the flags of k6 run",
		Long:  aboutLoad,
		Args:  cobra.ExactArgs(1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.runLoad(cmd, f, args[0]) },
	}
	f.add(c.Flags())
	return c
}

// addScript adds the flags that say what a script sees when it is read.
func (f *loadFlags) addScript(fs *pflag.FlagSet, systemEnv bool) {
	f.options = option.Flags(fs)
	fs.SortFlags = false
	fs.StringArrayVarP(&f.env, "env", "e", nil, "a variable for __ENV, as NAME=value; may be repeated")
	fs.BoolVar(&f.systemEnv, "include-system-env-vars", systemEnv, "__ENV holds the variables of the environment too")
	fs.StringVarP(&f.configFile, "config", "c", "", "file of options, as JSON (default: k6's own, if there is one)")
	fs.StringVar(&f.scenarios, "scenario", "", "run only these scenarios, separated by commas")
	fs.BoolVar(&f.once, "once", false, "run the scenario for one iteration of one virtual user")
	fs.StringArrayVar(&f.secrets, "secret-source", nil, "where k6/secrets finds secrets, such as file=secrets.env")
	fs.BoolVarP(&f.quiet, "quiet", "q", false, "show no progress")
	fs.BoolVar(&f.noColor, "no-color", false, "no colours")
	fs.BoolVarP(&f.verbose, "verbose", "v", false, "log debug lines too")
	fs.StringVar(&f.logOutput, "log-output", "stderr", "where the log goes: stderr, stdout, none or file=PATH")
	fs.StringVar(&f.logFormat, "log-format", "", "form of log lines: json or raw")
	fs.BoolVar(&f.nanos, "log-ns-timestamps", false, "log times to the nanosecond")
	fs.StringArrayVar(&f.features, "features", nil, "feature flags of k6; none exists here")
	f.harmless(fs)
}

func (f *loadFlags) add(fs *pflag.FlagSet) {
	f.addScript(fs, true)
	fs.StringVar(&f.target, "target", "", "URL of the system under test: __ENV.BASE_URL, and load may go there")
	fs.StringArrayVar(&f.allowHosts, "allow-host", nil, "a host other than this machine that load may go to; may be repeated")
	fs.BoolVar(&f.strict, "strict", false, "a threshold without samples is missed")
	fs.StringArrayVarP(&f.outputs, "out", "o", nil, "send all samples to an output, such as json=FILE, or write the log of the run by artisan=DIR; may be repeated")
	fs.StringVarP(&f.address, "address", "a", "", "serve the REST API there, such as localhost:6565")
	fs.StringVar(&f.summaryMode, "summary-mode", "", "the summary at the end: compact, full or disabled")
	fs.StringVar(&f.summaryExport, "summary-export", "", "write the summary to a file, as JSON")
	fs.BoolVar(&f.machine, "new-machine-readable-summary", false, "--summary-export writes the newer format")
	fs.BoolVar(&f.json, "json", false, "write the summary to standard output as JSON")
	fs.StringVar(&f.consoleOutput, "console-output", "", "file for what the script writes with console.*")
}

// harmless are flags of k6 that change nothing here.
func (f *loadFlags) harmless(fs *pflag.FlagSet) {
	fs.String("compatibility-mode", "extended", "has no effect: scripts are always read in full")
	fs.Bool("profiling-enabled", false, "has no effect")
	for _, name := range []string{"compatibility-mode", "profiling-enabled"} {
		_ = fs.MarkHidden(name) // it fails only for a flag that does not exist
	}
}

func (a *app) runLoad(cmd *cobra.Command, f *loadFlags, path string) error {
	cfg, err := a.loadConfig(f, path)
	if err != nil {
		return loadError{load.Result{}, usageError{err}}
	}
	result, err := load.Run(cmd.Context(), cfg)
	if err != nil || loadCode(result.Ending) != exitPass {
		return loadError{result, err}
	}
	return nil
}

func (a *app) loadConfig(f *loadFlags, path string) (load.Config, error) {
	mode, err := summary.ParseMode(firstOf(f.summaryMode, os.Getenv("K6_SUMMARY_MODE")))
	if err != nil {
		return load.Config{}, fmt.Errorf("--summary-mode: %w", err)
	}
	if list := firstOf(strings.Join(f.features, ","), os.Getenv("K6_FEATURES")); list != "" {
		return load.Config{}, fmt.Errorf("--features %s: none of k6's feature flags exists here; leave it out", list)
	}
	environ := environment()
	env := map[string]string{}
	if f.systemEnv {
		maps.Copy(env, environ)
	}
	for _, pair := range f.env {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			value, ok = environ[name]
		}
		if !ok || name == "" {
			return load.Config{}, fmt.Errorf("--env %q: write it like NAME=value", pair)
		}
		env[name] = value
	}
	outTTY, errTTY := isTTY(a.out), isTTY(a.err)
	noColor := f.noColor || os.Getenv("NO_COLOR") != "" || os.Getenv("K6_NO_COLOR") != ""
	cfg := load.Config{
		Script: path, Environ: environ, Env: env, Flags: f.options(), ConfigFile: f.configFile, Target: f.target,
		AllowHosts: f.allowHosts, Once: f.once, Strict: f.strict, Secrets: f.secrets, Outputs: f.outputs, Address: firstOf(f.address, os.Getenv("K6_ADDRESS")),
		SummaryMode: mode, SummaryExport: firstOf(f.summaryExport, os.Getenv("K6_SUMMARY_EXPORT")),
		MachineFormat: f.machine || os.Getenv("K6_NEW_MACHINE_READABLE_SUMMARY") == "true",
		JSON:          f.json, Quiet: f.quiet, NoColor: noColor, Version: version,
		In: a.in, Out: a.out, Err: a.err, OutTTY: outTTY, ErrTTY: errTTY,
		Log: load.LogConfig{Output: f.logOutput, Format: f.logFormat, Console: f.consoleOutput, Verbose: f.verbose, Nanos: f.nanos,
			TTY: errTTY, Color: errTTY && !noColor, Out: a.out, Before: a.console.Clear},
	}
	if f.scenarios != "" {
		cfg.Scenarios = strings.Split(f.scenarios, ",")
	}
	return cfg, nil
}

func environment() map[string]string {
	env := make(map[string]string)
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	return env
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

func isTTY(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// loadError is a load that did not end well. What happened in it has been
// logged by then; an error is what kept it from being run.
type loadError struct {
	result load.Result
	err    error
}

func (e loadError) Error() string {
	if e.err != nil {
		return e.err.Error()
	}
	return e.result.Text
}

func (e loadError) Unwrap() error { return e.err }
