package script

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/spf13/pflag"

	"github.com/artisan-platform/headroom/runner/observation"
	"github.com/artisan-platform/headroom/runner/script/k6secrets"
	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/option"
)

// archive is one script of testdata, in a folder of its own. Besides script.js
// (or script.ts) and the files that it reads it may hold
//
//   - flags: flags of a command line, one a line, as flagsOf adds them,
//   - environ: variables of the environment, one a line, for options,
//   - config.json: a configuration file of options,
//   - secrets: values of --secret-source, one a line,
//   - tell: what of the run is told besides the usual; see teller.
//
// An archive whose comment says "unordered" does not care about the order of
// console lines.
type archive struct {
	source    Source
	cfg       Config
	journal   journal
	tell      teller
	unordered bool

	stop, interrupt time.Duration // after which the run is ended from outside; 0: never
}

// newArchive unpacks a.
func newArchive(t *testing.T, a *txtar.Archive, servers servers) *archive {
	t.Helper()
	dir := t.TempDir()
	x := &archive{unordered: strings.Contains(string(a.Comment), "unordered")}
	x.source = Source{Path: "script.js", Dir: dir, Env: servers.env()}
	x.cfg = Config{Load: "load", Meter: observation.NewMeter("load", false),
		Console: func(level, text string) { x.journal.add("%s: %s", level, text) },
		Warn:    func(text string) { x.journal.add("warn: %s", text) }}
	special := make(map[string]string)
	for _, f := range a.Files {
		path := filepath.Join(dir, f.Name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, f.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
		special[f.Name] = string(f.Data)
	}
	x.source.Text = special["script.js"]
	if text, ok := special["script.ts"]; ok {
		x.source.Path, x.source.Text = "script.ts", text
	}
	x.source.Secrets = openSecrets(t, x.source, special["secrets"])
	x.tell = newTeller(t, special["tell"])
	x.addLayers(t, special)
	return x
}

// addLayers reads the options that are given beside the script.
func (x *archive) addLayers(t *testing.T, special map[string]string) {
	t.Helper()
	file, err := option.JSON("config.json", []byte(special["config.json"]))
	if err != nil {
		t.Fatal(err)
	}
	environ := make(map[string]string)
	for line := range strings.Lines(special["environ"]) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		environ[name] = value
	}
	fs := pflag.NewFlagSet("flags", pflag.ContinueOnError)
	layer := x.flagsOf(fs)
	if err := fs.Parse(strings.FieldsFunc(special["flags"], func(r rune) bool { return r == '\n' })); err != nil {
		t.Fatal(err)
	}
	x.source.Below = []*option.Layer{file}
	x.source.Above = []*option.Layer{option.Env(environ), layer()}
}

// flagsOf adds the flags that an archive may have: those of the options, and
// some of what else may be wanted of a run.
func (x *archive) flagsOf(fs *pflag.FlagSet) func() *option.Layer {
	fs.StringToStringVarP(&x.source.Env, "env", "e", x.source.Env, "")
	fs.StringSliceVar(&x.source.Scenarios, "scenario", nil, "")
	fs.BoolVar(&x.source.Once, "once", false, "")
	fs.StringArrayVar(&x.cfg.AllowHosts, "allow-host", nil, "")
	fs.BoolVar(&x.cfg.Strict, "strict", false, "")
	fs.DurationVar(&x.stop, "stop-after", 0, "")
	fs.DurationVar(&x.interrupt, "interrupt-after", 0, "")
	return option.Flags(fs)
}

// run compiles and runs the script and tells all about it.
func (x *archive) run(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p, err := Compile(ctx, x.source)
	if err != nil {
		return "compile: " + strings.ReplaceAll(err.Error(), "\n", "\n    ") + "\n"
	}
	x.tell.attach(&x.cfg)
	x.cfg.Control = NewControl(p.Options.Paused)
	if x.stop > 0 {
		time.AfterFunc(x.stop, x.cfg.Control.Stop)
	}
	if x.interrupt > 0 {
		time.AfterFunc(x.interrupt, cancel)
	}
	result, err := RunToEnd(ctx, p, x.cfg)
	if x.unordered {
		slices.Sort(x.journal.lines)
	}
	lines := append(x.journal.lines, tellResult(result, x.cfg.Meter)...)
	if err != nil {
		lines = append(lines, "run: "+err.Error())
	}
	return strings.Join(append(lines, x.tell.finish()...), "\n") + "\n"
}

// journal keeps the lines of one run.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (l *journal) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "\n    "))
}

// openSecrets opens the sources of the file secrets of an archive, each line of
// which is a value of --secret-source.
func openSecrets(t *testing.T, s Source, flags string) *k6secrets.Secrets {
	t.Helper()
	if flags == "" {
		return nil
	}
	var list []k6secrets.Source
	for line := range strings.Lines(flags) {
		parsed, err := k6secrets.ParseSource(strings.ReplaceAll(strings.TrimSpace(line), "URL", s.Env["URL"]))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, parsed)
	}
	secrets, err := k6secrets.Open(list, k6secrets.Environment{ReadFile: s.readFile, Environ: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	return secrets
}

// sampleLines counts samples of a metric by some of their tags.
func sampleLines(samples []metric.Sample, name string, keys []string) []string {
	type sum struct {
		n     int
		total float64
	}
	sums := make(map[string]sum)
	for _, s := range samples {
		if s.Metric.Name != name {
			continue
		}
		var tags []string
		for _, k := range keys {
			if v, ok := s.Tags[k]; ok {
				tags = append(tags, k+"="+v)
			}
		}
		key := strings.Join(tags, " ")
		sums[key] = sum{sums[key].n + 1, sums[key].total + s.Value}
	}
	var lines []string
	for key, s := range sums {
		line := fmt.Sprintf("samples %s{%s}: %d", name, key, s.n)
		if total := fmt.Sprint(s.total); !strings.ContainsAny(total, ".e") && total != fmt.Sprint(s.n) {
			line += ", sum " + total
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}
