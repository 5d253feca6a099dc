// Package load runs one k6-style script on its own, as `headroom load` does:
// options from every place, outputs, the REST API, progress and summary around
// the engine of package script.
package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"sync"

	"github.com/artisan-platform/headroom/runner/extension"
	"github.com/artisan-platform/headroom/runner/heap"
	"github.com/artisan-platform/headroom/runner/runlog"
	"github.com/artisan-platform/headroom/runner/script"
	"github.com/artisan-platform/headroom/runner/script/k6secrets"
	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/option"
	"github.com/artisan-platform/headroom/runner/script/output"
	"github.com/artisan-platform/headroom/runner/script/summary"
	"github.com/artisan-platform/headroom/runner/script/vu"
	"github.com/artisan-platform/headroom/runner/spec"
	artisan "github.com/artisan-platform/headroom/xk6-artisan"
)

// Config is one load.
type Config struct {
	Script  string            // path; "-" is standard input
	Environ map[string]string // of the process: K6_* are options
	Env     map[string]string // __ENV
	Flags   *option.Layer     // options of the command line

	ConfigFile string // "" is the usual place, if there is a file
	Target     string // URL of the system under test; "" leaves it to the script
	AllowHosts []string
	Scenarios  []string
	Once       bool
	Strict     bool
	Secrets    []string // values of --secret-source
	Outputs    []string // values of --out
	Address    string   // of the REST API; "" serves none

	SummaryMode   summary.Mode
	SummaryExport string // path; "" writes none
	MachineFormat bool   // the export has the new format
	JSON          bool   // the summary on standard output is the machine's
	Quiet         bool
	NoColor       bool
	Version       string

	In       io.Reader
	Out, Err io.Writer
	OutTTY   bool
	ErrTTY   bool
	Log      LogConfig
}

// Result is how a load ended.
type Result struct {
	Ending script.Ending
	Text   string // why, unless all is well
}

// Run runs the load to its end. An error says that it could not be run; it
// comes with the ending that tells which kind of mistake it is.
func Run(ctx context.Context, cfg Config) (Result, error) {
	log, err := openLog(cfg.Log, cfg.Err)
	if err != nil {
		return Result{Ending: script.Invalid}, err
	}
	defer log.close()
	s := &session{cfg: cfg, log: log}
	defer s.remove()
	defer s.closeArtisan()
	program, err := s.compile(ctx)
	if err != nil {
		return Result{Ending: EndingOf(err), Text: err.Error()}, err
	}
	return s.run(ctx, program)
}

// session is one Run.
type session struct {
	cfg      Config
	log      *logger
	env      map[string]string
	secrets  *k6secrets.Secrets
	warnings warnings // for the end of the summary
	control  *script.Control
	outputs  output.All
	artisan  *artisan.Extension
	path     string          // of the script, as it is compiled
	text     string          // of the script
	runlog   *runlog.Log     // nil: nobody wants one
	facts    artisan.LateLog // that the extension observes
	unpacked string          // folder of an extracted archive; "" if there is none
}

// compile reads the script and all its options.
func (s *session) compile(ctx context.Context) (*script.Program, error) {
	source, err := s.source()
	if err != nil {
		return nil, err
	}
	return script.Compile(ctx, source)
}

func (s *session) source() (script.Source, error) {
	text, err := s.read()
	if err != nil {
		return script.Source{}, err
	}
	if err := s.setEnv(); err != nil {
		return script.Source{}, err
	}
	s.artisan = artisan.New(artisan.Config{AllowHosts: s.cfg.AllowHosts, Sink: &s.facts, Warn: s.warn}.WithEnv(s.lookup))
	file, err := configLayer(s.cfg.ConfigFile)
	if err != nil {
		return script.Source{}, err
	}
	if s.secrets, err = openSecrets(s.cfg.Secrets, s.cfg.Environ); err != nil {
		return script.Source{}, err
	}
	path := s.cfg.Script
	if path == "-" {
		path = "stdin.js"
	}
	source := script.Source{
		Path: path, Text: string(text), Env: s.env, Secrets: s.secrets,
		Below: []*option.Layer{file}, Above: []*option.Layer{option.Env(s.cfg.Environ), s.cfg.Flags},
		Scenarios: s.cfg.Scenarios, Once: s.cfg.Once, Extensions: []vu.Module{extension.Module(s.artisan, spec.PlanName(path))},
	}
	if isArchive(text) {
		if err := s.unpack(text, &source); err != nil {
			return source, err
		}
	}
	s.path, s.text = source.Path, source.Text
	return source, nil
}

// addLayer puts options between those of the script and those of this
// machine.
func (s *session) addLayer(source *script.Source, text []byte) error {
	l, err := option.JSON(s.cfg.Script, text)
	if err != nil {
		return &UsageError{err}
	}
	source.Above = append([]*option.Layer{l}, source.Above...)
	return nil
}

func (s *session) read() ([]byte, error) {
	if s.cfg.Script == "-" {
		text, err := io.ReadAll(s.cfg.In)
		if err != nil {
			return nil, &ReadError{fmt.Errorf("read the script from standard input: %w", err)}
		}
		return text, nil
	}
	text, err := os.ReadFile(s.cfg.Script)
	if err != nil {
		return nil, &ReadError{fmt.Errorf("read the script: %w", err)}
	}
	return text, nil
}

// setEnv makes __ENV. A target is known to scripts by the name that this
// project's own use.
func (s *session) setEnv() error {
	s.env = maps.Clone(s.cfg.Env)
	if s.cfg.Target == "" {
		return nil
	}
	host, err := hostOf(s.cfg.Target)
	if err != nil {
		return &UsageError{err}
	}
	if s.env == nil {
		s.env = make(map[string]string)
	}
	s.env["BASE_URL"] = s.cfg.Target
	s.cfg.AllowHosts = append(s.cfg.AllowHosts, host)
	return nil
}

// run runs the program with all that is around it.
func (s *session) run(ctx context.Context, p *script.Program) (Result, error) {
	s.control = script.NewControl(p.Options.Paused)
	if err := s.openOutputs(p); err != nil {
		err = errors.Join(err, s.endRunLog(ctx, script.Outcome{}, err))
		return Result{Ending: EndingOf(err), Text: err.Error()}, err
	}
	stopServing, err := s.serve(ctx)
	if err != nil {
		return Result{Ending: EndingOf(err), Text: err.Error()}, errors.Join(err, s.outputs.Stop(), s.endRunLog(ctx, script.Outcome{}, err))
	}
	defer stopServing()
	if !s.cfg.Quiet {
		s.banner(p)
	}
	stop, err := s.keepHeap(ctx)
	if err != nil {
		return Result{Ending: script.Invalid}, err
	}
	defer stop()
	gauge := newGauge()
	defer gauge.stop()
	shown := s.progress(p)
	// What RunToEnd fails of is part of the outcome too.
	outcome, err := script.RunToEnd(ctx, p, script.Config{
		Load: s.cfg.Script, Meter: s.meter(), Env: s.env, Secrets: s.secrets, AllowHosts: s.cfg.AllowHosts, UseProxy: true, Strict: s.cfg.Strict,
		Console: s.log.console, Warn: s.warn, Control: s.control,
		PerScenario: s.cfg.SummaryMode == summary.Full, Samples: s.samples(),
		Summarise: func(made *script.Summary) {
			shown.stop()
			s.summarise(made, gauge.lines(made))
		},
	})
	shown.stop()
	logged := s.endRunLog(ctx, outcome, err)
	result := Result{Ending: outcome.Ending, Text: outcome.Error}
	s.explain(result, outcome)
	s.linger(ctx, p)
	return result, errors.Join(logged, s.warnings.failed, s.outputs.Stop())
}

// samples takes all samples for the outputs; nil if there are none.
func (s *session) samples() func([]metric.Sample) {
	if len(s.outputs) == 0 {
		return nil
	}
	return s.outputs.Write
}

// explain logs why the load did not end well.
func (s *session) explain(r Result, o script.Outcome) {
	switch r.Ending {
	case script.Finished:
	case script.Crossed:
		s.log.say("error", "thresholds on metrics "+crossedMetrics(o)+" have been crossed")
	default:
		s.log.say("error", r.Text)
	}
}

// warn takes what the engine has to say.
func (s *session) warn(text string) {
	s.warnings.add(text)
	s.log.say("warning", text)
	s.facts.Warn(text)
}

// lookup reads a variable of the script's environment, else of the process's.
func (s *session) lookup(name string) string {
	if v, ok := s.env[name]; ok {
		return v
	}
	return s.cfg.Environ[name]
}

// closeArtisan ends what the extension does in the background.
func (s *session) closeArtisan() {
	if s.artisan == nil { // the script was never read
		return
	}
	if err := s.artisan.Close(); err != nil {
		s.log.say("warning", fmt.Sprintf("close what k6/x/artisan opened: %v", err))
	}
}

// keepHeap watches the memory of the process while it generates load.
func (s *session) keepHeap(ctx context.Context) (stop func(), err error) {
	limit, err := heap.Limit()
	if err != nil {
		s.warn(fmt.Sprintf("memory is not watched: %v", err))
		limit = 1 << 62
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		heap.Keep(ctx, limit, func(used uint64) {
			s.warn(fmt.Sprintf("the script uses %d MiB of memory, nearly all that there is: the test is stopped", used>>20))
			s.control.Stop()
		})
	}()
	return func() { cancel(); <-done }, nil
}

// warnings keeps what is repeated at the end, each text once and not too many.
type warnings struct {
	mu     sync.Mutex
	list   []string
	more   int
	failed error
}

const maxWarnings = 20

func (w *warnings) add(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.list) >= maxWarnings {
		w.more++
		return
	}
	w.list = append(w.list, text)
}

func (w *warnings) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := append([]string(nil), w.list...)
	if w.more > 0 {
		list = append(list, fmt.Sprintf("and %d more, in the log", w.more))
	}
	return list
}

func (w *warnings) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failed = errors.Join(w.failed, err)
}
