// Package script runs k6-style load scripts: their life cycle (init, setup,
// iterations, teardown), their options and thresholds, and the modules k6,
// k6/http and so on. It is an engine of its own, written from the public
// documentation, on the JavaScript engine sobek.
package script

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grafana/sobek"

	"github.com/artisan-platform/headroom/runner/script/metric"
	"github.com/artisan-platform/headroom/runner/script/network"
	"github.com/artisan-platform/headroom/runner/script/option"
	"github.com/artisan-platform/headroom/runner/script/vu"
)

// Compile parses a script with all that it imports and runs its init code
// once, to learn its options. Errors name file, line and column.
func Compile(ctx context.Context, s Source) (*Program, error) {
	p, err := compile(ctx, s)
	return p, redact(s.Secrets, err)
}

func compile(ctx context.Context, s Source) (*Program, error) {
	p := &Program{loader: newLoader(s)}
	var err error
	if p.main, err = p.loader.load(); err != nil {
		return nil, err
	}
	test := p.newTest(Config{Env: s.Env, Secrets: s.Secrets})
	test.ReadFile = p.loader.readFile
	v, err := p.initVU(ctx, test, 0)
	if err != nil {
		return nil, err
	}
	defer v.Close()
	if err := p.readExports(ctx, v); err != nil {
		return nil, err
	}
	return p, nil
}

// newTest is what the virtual users of one run share.
func (p *Program) newTest(cfg Config) *vu.Test {
	t := &vu.Test{
		Options: p.Options, Metrics: metric.NewRegistry(), Meter: cfg.Meter, ServedBy: cfg.ServedByHeader,
		Network: network.New(p.Options.Network, cfg.AllowHosts, cfg.UseProxy),
		Env:     cfg.Env, Console: cfg.Console, Warn: cfg.Warn, ReadFile: p.loader.source.readFile, Require: p.loader.require,
		Secrets: cfg.Secrets.Source, Abort: func(error) {},
	}
	t.Builtin = metric.NewBuiltin(t.Metrics)
	if t.Console == nil {
		t.Console = func(string, string) {}
	}
	if t.Warn == nil {
		t.Warn = func(string) {}
	}
	hideSecrets(t, cfg.Secrets)
	return t
}

// readExports learns the options from an initialised virtual user, and checks
// that the functions which they name are there.
func (p *Program) readExports(ctx context.Context, v *vu.VU) error {
	exports := v.Exports
	text, err := p.optionsJSON(ctx, v, exports)
	if err != nil {
		return err
	}
	if p.Options, err = p.resolve(text); err != nil {
		return err
	}
	for _, w := range p.Options.Warnings {
		p.Warnings = append(p.Warnings, placeProblem(p.loader.body, w).Error())
	}
	_, p.setup = sobek.AssertFunction(exports.Get("setup"))
	_, p.teardown = sobek.AssertFunction(exports.Get("teardown"))
	_, p.summary = sobek.AssertFunction(exports.Get("handleSummary"))
	return p.check(exports, v.Test.Metrics)
}

// resolve makes options of all layers, the script's among them.
func (p *Program) resolve(text string) (option.Options, error) {
	source := p.loader.source
	own, err := option.JSON("", []byte(text))
	var o option.Options
	if err == nil {
		layers := slices.Concat(source.Below, []*option.Layer{own}, source.Above)
		o, err = option.Resolve(layers...)
	}
	if err == nil && len(source.Scenarios) > 0 {
		o, err = o.Only(source.Scenarios)
	}
	if err == nil && source.Once {
		o, err = o.Once()
	}
	var problems option.Problems
	switch {
	case errors.As(err, &problems):
		return o, optionsError(p.loader.body, problems)
	case err != nil:
		return o, &OptionsError{fmt.Errorf("%s: %w", source.Path, err)}
	}
	return o, nil
}

func (p *Program) optionsJSON(ctx context.Context, v *vu.VU, exports *sobek.Object) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, p.loader.source.initTimeout(), errors.New("reading the options takes too long"))
	defer cancel()
	value, err := v.Do(ctx, func() (sobek.Value, error) {
		options := exports.Get("options")
		if vu.Absent(options) {
			return v.Runtime.ToValue(""), nil
		}
		text, err := v.JSON(options)
		return v.Runtime.ToValue(text), err
	})
	if err != nil {
		return "", fmt.Errorf("%s: read the exported options: %w", p.loader.source.Path, vu.Explain(err))
	}
	return value.String(), nil
}

// check holds the options against what the script exports and measures.
func (p *Program) check(exports *sobek.Object, metrics *metric.Registry) error {
	var problems option.Problems
	for _, s := range p.Options.Scenarios {
		if _, ok := sobek.AssertFunction(exports.Get(s.Exec)); !ok {
			problems = append(problems, option.Problem{Path: []string{"scenarios", s.Name, "exec"},
				Text: fmt.Sprintf("the script exports no function %q to run: it exports %s", s.Exec, functions(exports))})
		}
	}
	for _, t := range p.Options.Thresholds {
		if m := metrics.Get(t.Metric); m == nil {
			problems = append(problems, t.Problem(fmt.Sprintf("there is no metric %q: there are %s", t.Metric, strings.Join(metrics.Names(), ", "))))
		} else if err := t.Expr.Check(m.Kind); err != nil {
			problems = append(problems, t.Problem(err.Error()))
		}
	}
	if len(problems) > 0 {
		return optionsError(p.loader.body, problems)
	}
	return nil
}

func functions(exports *sobek.Object) string {
	var names []string
	for _, k := range exports.Keys() {
		if _, ok := sobek.AssertFunction(exports.Get(k)); ok {
			names = append(names, k)
		}
	}
	if len(names) == 0 {
		return "no function at all"
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// errInitTimeout is why init code was interrupted.
type errInitTimeout struct {
	path  string
	after time.Duration
}

func (e errInitTimeout) Error() string {
	return fmt.Sprintf("%s: the init code has not ended after %v (an endless loop?)", e.path, e.after)
}
